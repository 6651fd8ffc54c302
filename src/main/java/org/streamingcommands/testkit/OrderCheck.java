package org.streamingcommands.testkit;

import com.google.protobuf.Any;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.streamingcommands.command.Certainty;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.command.Receipt;
import org.streamingcommands.testkit.Chronicle.Life;
import org.streamingcommands.testkit.HistoryEvent.Ended;
import org.streamingcommands.testkit.HistoryEvent.Receipted;
import org.streamingcommands.testkit.HistoryEvent.Sent;
import org.streamingcommands.testkit.HistoryEvent.Started;
import org.streamingcommands.testkit.Violation.Promise;

/**
 * A process of a client starts commands in the order in which the node accepted them, within one
 * priority. Two things tell that order: the sends of one thread, and the QUEUED receipts that the
 * client's entity gave out.
 */
final class OrderCheck {
  /** A command that ran, at its place in an order. */
  private record Place(Life life, long acceptedNanos, Started start) {}

  private final Chronicle chronicle;
  private final Map<String, List<Place>> orders = new HashMap<>();

  private final boolean byReceipts;
  private final Predicate<String> ordered;

  private OrderCheck(Chronicle chronicle, boolean byReceipts, Predicate<String> ordered) {
    this.chronicle = chronicle;
    this.ordered = ordered;
    this.byReceipts = byReceipts;
  }

  /**
   * @param byReceipts whether all senders hear of receipts in the order in which they were given
   * @param ordered the threads whose sends are accepted in their order
   */
  static void check(
      Chronicle chronicle,
      boolean byReceipts,
      Predicate<String> ordered,
      List<Violation> violations) {
    OrderCheck check = new OrderCheck(chronicle, byReceipts, ordered);
    chronicle.lives.forEach(check::place);
    check.orders.forEach((name, order) -> check.inspect(name, order, violations));
  }

  private void place(Life life) {
    if (life.sends.isEmpty() || life.starts.isEmpty()) {
      return;
    }
    Sent first = life.sends.get(0);
    if (wasRefused(first)) {
      // A later send of the id was accepted; which one is not known.
      return;
    }
    Started start = life.starts.get(0);
    String scope = " to " + start.process() + ", " + first.command().priority();
    if (ordered.test(first.thread())) {
      add("the sends of " + first.thread() + scope, new Place(life, first.nanos(), start));
    }
    Long queuedNanos = queuedNanos(life, first);
    if (byReceipts && queuedNanos != null) {
      add("the QUEUED receipts of commands" + scope, new Place(life, queuedNanos, start));
    }
  }

  private boolean wasRefused(Sent sent) {
    Ended end = chronicle.end(sent);
    return end != null
        && end.outcome() instanceof Outcome.Undelivered<Any> undelivered
        && undelivered.certainty() == Certainty.NOT_SENT;
  }

  /** Who joins a command hears of QUEUED later, so only a command sent once tells its place. */
  private @Nullable Long queuedNanos(Life life, Sent only) {
    if (life.sends.size() == 1) {
      for (Receipted receipt : chronicle.receipts(only)) {
        if (receipt.receipt() == Receipt.QUEUED) {
          return receipt.nanos();
        }
      }
    }
    return null;
  }

  private void add(String order, Place place) {
    orders.computeIfAbsent(order, any -> new ArrayList<>()).add(place);
  }

  private void inspect(String name, List<Place> order, List<Violation> violations) {
    long origin = order.get(0).acceptedNanos();
    order.sort(Comparator.comparingLong(place -> place.acceptedNanos() - origin));
    Place latest = order.get(0);
    for (Place place : order) {
      if (place.start().nanos() - latest.start().nanos() < 0) {
        violations.add(
            new Violation(
                Promise.ORDER,
                "'%s' ran before '%s', which comes first in %s"
                    .formatted(place.life().commandId, latest.life().commandId, name),
                chronicle.trail(latest.life(), place.life())));
      } else {
        latest = place;
      }
    }
  }
}
