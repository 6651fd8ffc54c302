package org.streamingcommands.connection;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.streamingcommands.command.ClientKey;

/** Packs what an entity leaves to its successor, in messages that nodes can carry. */
final class Legacy {
  private Legacy() {}

  /**
   * How commands ended, the eldest first; one that no message holds is left out.
   *
   * @param latest goes ahead of them
   */
  static List<ClientConnection.InheritEnded> ended(
      ClientKey client,
      List<RecentOutcomes.Known> all,
      List<SendSequence.Latest> latest,
      FrameLimit limit) {
    List<ClientConnection.InheritEnded> messages = new ArrayList<>();
    if (!latest.isEmpty()) {
      // By itself: what is told with it may fill a message.
      messages.add(new ClientConnection.InheritEnded(client, List.of(), latest));
    }
    List<RecentOutcomes.Known> batch = new ArrayList<>();
    long room = limit.payloadBytes();
    for (RecentOutcomes.Known known : all) {
      // A few bytes more: each also has a tag and its length.
      int size = EntityWire.write(known, InstantSource.system()).getSerializedSize() + Long.BYTES;
      if (size > limit.payloadBytes()) {
        continue;
      }
      if (size > room) {
        messages.add(new ClientConnection.InheritEnded(client, List.copyOf(batch), List.of()));
        batch.clear();
        room = limit.payloadBytes();
      }
      batch.add(known);
      room -= size;
    }
    if (!batch.isEmpty()) {
      messages.add(new ClientConnection.InheritEnded(client, List.copyOf(batch), List.of()));
    }
    return messages;
  }
}
