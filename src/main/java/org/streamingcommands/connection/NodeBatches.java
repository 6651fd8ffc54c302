package org.streamingcommands.connection;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.streamingcommands.command.ClientKey;
import org.streamingcommands.command.Command;

/**
 * The sends of one command to many clients that go to other nodes, by the node that said that it
 * has the client's entity: its payload is written once for each node. Whoever is not known to be
 * anywhere gets a send of its own. Not thread-safe.
 */
final class NodeBatches {
  private static final AtomicLong LAST_ID = new AtomicLong(System.currentTimeMillis() << 20);

  /** Clients in one message. */
  private static final int CHUNK = 250;

  /** More than the ids and numbers of one of them take. */
  private static final int AROUND = 512;

  private final String node;
  private final Gateways gateways;
  private final FrameLimit limit;
  private final Map<String, String> nodes;
  private final Predicate<String> isHost;
  private final Consumer<ClientConnection.Send> routeThroughRegion;
  private final long payloadId = LAST_ID.incrementAndGet();
  private final Set<String> informed = new HashSet<>();
  private final Map<String, List<ClientConnection.Send>> waiting = new HashMap<>();

  /**
   * @param node this one
   * @param nodes where the clients' entities are, by the client's id, as far as that is known
   * @param isHost whether a node hosts entities now, and can be reached
   * @param routeThroughRegion for those whose node does not
   */
  NodeBatches(
      String node,
      Gateways gateways,
      FrameLimit limit,
      Map<String, String> nodes,
      Predicate<String> isHost,
      Consumer<ClientConnection.Send> routeThroughRegion) {
    this.node = node;
    this.gateways = gateways;
    this.limit = limit;
    this.nodes = nodes;
    this.isHost = isHost;
    this.routeThroughRegion = routeThroughRegion;
  }

  /** The other node that has the client's entity; null where that is not known. */
  @Nullable String nodeOf(ClientKey client) {
    String there = nodes.get(client.clientId());
    return node.equals(there) ? null : there;
  }

  /** Goes with the next {@link #flush}. */
  void add(String there, ClientConnection.Send send) {
    waiting.computeIfAbsent(there, any -> new ArrayList<>()).add(send);
  }

  void flush() {
    waiting.forEach(this::flush);
    waiting.clear();
  }

  private void flush(String there, List<ClientConnection.Send> sends) {
    if (!isHost.test(there)) {
      sends.forEach(routeThroughRegion);
      return;
    }
    Command command = sends.get(0).command();
    if (informed.add(there)) {
      gateways.of(there).tell(message(command, true, List.of()));
    }
    List<Gateway.SendMany.Entry> entries = new ArrayList<>();
    long room = limit.payloadBytes();
    for (ClientConnection.Send send : sends) {
      Gateway.SendMany.Entry entry =
          new Gateway.SendMany.Entry(
              send.client(),
              send.replyTo().ticket(),
              send.after(),
              send.command().deadline(),
              send.command().headers());
      long size = weight(entry);
      if (entries.size() == CHUNK || !entries.isEmpty() && size > room) {
        gateways.of(there).tell(message(command, false, entries));
        entries = new ArrayList<>();
        room = limit.payloadBytes();
      }
      entries.add(entry);
      room -= size;
    }
    gateways.of(there).tell(message(command, false, entries));
  }

  private Gateway.SendMany message(
      Command command, boolean hasPayload, List<Gateway.SendMany.Entry> entries) {
    return new Gateway.SendMany(
        node,
        payloadId,
        hasPayload ? command.payload() : null,
        command.id(),
        command.priority(),
        command.coalescingKey(),
        List.copyOf(entries));
  }

  private static long weight(Gateway.SendMany.Entry entry) {
    long chars = 0;
    for (Map.Entry<String, String> header : entry.headers().entrySet()) {
      chars += header.getKey().length() + header.getValue().length() + Integer.BYTES;
    }
    return AROUND + 3 * chars;
  }
}
