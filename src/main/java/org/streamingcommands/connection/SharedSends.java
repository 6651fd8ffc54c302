package org.streamingcommands.connection;

import com.google.protobuf.Any;
import java.util.ArrayList;
import java.util.List;
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
  private record Key(String node, long payloadId) {}

  private final PayloadStore<Key> payloads = new PayloadStore<>();
  private final Gateways gateways;
  private final Consumer<ClientConnection.Send> route;
  private final Consumer<ClientConnection.Send> routeThroughRegion;
  private final Consumer<Any> announce;
  private final LongFunction<ClientConnection.@Nullable Send> waiting;

  /**
   * @param route to the client's entity, which is on this node most likely
   * @param announce told of each payload, before the commands that hold it
   * @param waiting this node's own send by its ticket; null where it has ended
   */
  SharedSends(
      Gateways gateways,
      Consumer<ClientConnection.Send> route,
      Consumer<ClientConnection.Send> routeThroughRegion,
      Consumer<Any> announce,
      LongFunction<ClientConnection.@Nullable Send> waiting) {
    this.gateways = gateways;
    this.route = route;
    this.routeThroughRegion = routeThroughRegion;
    this.announce = announce;
    this.waiting = waiting;
  }

  /** Another node sends. */
  void take(Gateway.SendMany sends) {
    Key key = new Key(sends.node(), sends.payloadId());
    Any told = sends.payload();
    if (told != null) {
      payloads.keep(key, told);
      // Some of the clients' streams may be on yet another node.
      announce.accept(told);
    }
    Any payload = payloads.find(key);
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
              entry.client(),
              command,
              new ReplyTo(sends.node(), entry.ticket(), false),
              entry.after(),
              false));
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
}
