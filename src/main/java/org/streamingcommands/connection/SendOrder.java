package org.streamingcommands.connection;

import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.streamingcommands.command.ClientKey;

/**
 * In which order this node's sends to each client leave it. Those that do not go straight to an
 * entity of this node can be overtaken on their way, where a shard moves, so each names the one
 * before it, as long as that has no outcome: see {@link SendSequence}. Thread-safe.
 */
final class SendOrder {
  /** A send that nothing can overtake: told straight to its entity, and nothing is on its way. */
  static final long STRAIGHT = -1;

  /** A send that no other was before. */
  static final long FIRST = 0;

  /** A send's ticket, and that of the one before it. */
  record Place(long ticket, long after) {}

  /** The last one on its way. */
  private final ConcurrentHashMap<ClientKey, Place> latest = new ConcurrentHashMap<>();

  private final LongSupplier nextTicket;

  /**
   * @param nextTicket larger each time
   */
  SendOrder(LongSupplier nextTicket) {
    this.nextTicket = nextTicket;
  }

  /** Of one that goes straight to its entity: it must not overtake what did not, and was before. */
  Place straight(ClientKey client) {
    long ticket = nextTicket.getAsLong();
    Place before = latest.isEmpty() ? null : latest.get(client);
    return new Place(ticket, before == null ? STRAIGHT : before.ticket());
  }

  /** Of one that does not. It has to {@link #leave}. */
  Place join(ClientKey client) {
    // The ticket is taken while nobody else joins the same line: tickets tell the order.
    return latest.compute(
        client,
        (any, before) ->
            new Place(nextTicket.getAsLong(), before == null ? FIRST : before.ticket()));
  }

  /** It has an outcome. */
  void leave(ClientKey client, long ticket) {
    latest.computeIfPresent(client, (any, last) -> last.ticket() == ticket ? null : last);
  }
}
