package org.streamingcommands.connection;

import com.google.protobuf.Any;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;
import org.streamingcommands.command.Command;

/**
 * The sends of other nodes that share a payload, which was written once for all clients of this
 * node. What is kept of payloads is bounded; the sends of one that was forgotten go back, to be
 * sent one by one. Belongs to the gateway's thread.
 */
final class SharedSends {
  private static final long MOST_BYTES = 16 << 20;

  private record Key(String node, long payloadId) {}

  /** The least used first. */
  private final Map<Key, Any> payloads = new LinkedHashMap<>(16, 0.75f, true);

  private final Gateways gateways;
  private final Consumer<ClientConnection.Send> route;
  private final Consumer<ClientConnection.Send> routeThroughRegion;
  private final LongFunction<ClientConnection.@Nullable Send> waiting;
  private long bytes;

  /**
   * @param route to the client's entity, which is on this node most likely
   * @param waiting this node's own send by its ticket; null where it has ended
   */
  SharedSends(
      Gateways gateways,
      Consumer<ClientConnection.Send> route,
      Consumer<ClientConnection.Send> routeThroughRegion,
      LongFunction<ClientConnection.@Nullable Send> waiting) {
    this.gateways = gateways;
    this.route = route;
    this.routeThroughRegion = routeThroughRegion;
    this.waiting = waiting;
  }

  /** Another node sends. */
  void take(Gateway.SendMany sends) {
    Key key = new Key(sends.node(), sends.payloadId());
    Any told = sends.payload();
    if (told != null) {
      keep(key, told);
    }
    Any payload = payloads.get(key);
    if (payload == null) {
      List<Long> tickets = new ArrayList<>();
      sends.entries().forEach(entry -> tickets.add(entry.ticket()));
      gateways.of(sends.node()).tell(new Gateway.PayloadUnknown(tickets));
      return;
    }
    for (Gateway.SendMany.Entry entry : sends.entries()) {
      Command command =
          new Command(
              sends.commandId(),
              payload,
              entry.deadline(),
              sends.priority(),
              sends.coalescingKey(),
              entry.headers());
      route.accept(
          new ClientConnection.Send(
              entry.client(), command, new ReplyTo(sends.node(), entry.ticket(), false)));
    }
  }

  /** Another node has no payload for these sends of this one. */
  void sendAgain(Gateway.PayloadUnknown unknown) {
    for (long ticket : unknown.tickets()) {
      ClientConnection.Send send = waiting.apply(ticket);
      if (send != null) {
        routeThroughRegion.accept(send);
      }
    }
  }

  private void keep(Key key, Any payload) {
    Any former = payloads.put(key, payload);
    bytes += payload.getSerializedSize() - (former == null ? 0 : former.getSerializedSize());
    Iterator<Any> eldest = payloads.values().iterator();
    while (bytes > MOST_BYTES && payloads.size() > 1) {
      bytes -= eldest.next().getSerializedSize();
      eldest.remove();
    }
  }
}
