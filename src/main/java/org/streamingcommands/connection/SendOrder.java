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

  /** The ticket of the last one on its way. */
  private final ConcurrentHashMap<ClientKey, Long> latest = new ConcurrentHashMap<>();

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
    return new Place(ticket, latest.isEmpty() ? STRAIGHT : latest.getOrDefault(client, STRAIGHT));
  }

  /** Of one that does not. It has to {@link #leave}. */
  Place join(ClientKey client) {
    Joining joining = new Joining(nextTicket);
    latest.compute(client, joining::join);
    return new Place(joining.ticket, joining.after);
  }

  /** It has an outcome. */
  void leave(ClientKey client, long ticket) {
    latest.remove(client, ticket);
  }

  /** Takes the ticket while nobody else joins the same line, so that tickets tell the order. */
  private static final class Joining {
    private final LongSupplier nextTicket;
    private long ticket;
    private long after;

    Joining(LongSupplier nextTicket) {
      this.nextTicket = nextTicket;
    }

    Long join(ClientKey client, Long before) {
      ticket = nextTicket.getAsLong();
      after = before == null ? FIRST : before;
      return ticket;
    }
  }
}
