package org.streamingcommands.testkit;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.streamingcommands.testkit.Chronicle.Life;
import org.streamingcommands.testkit.HistoryEvent.Ended;
import org.streamingcommands.testkit.HistoryEvent.Receipted;
import org.streamingcommands.testkit.HistoryEvent.Sent;
import org.streamingcommands.testkit.Violation.Promise;

/** Every send ends exactly once, in time, and hears nothing after that. */
final class EndsCheck {
  private EndsCheck() {}

  static void check(Chronicle chronicle, Duration grace, List<Violation> violations) {
    for (Life life : chronicle.lives) {
      for (Sent sent : life.sends) {
        String fault = fault(chronicle, sent, grace);
        if (fault != null) {
          violations.add(
              new Violation(
                  Promise.ENDS_ONCE,
                  "send %d of '%s' to %s %s"
                      .formatted(sent.send(), life.commandId, life.client, fault),
                  chronicle.trail(life)));
        }
      }
    }
  }

  private static @Nullable String fault(Chronicle chronicle, Sent sent, Duration grace) {
    List<Ended> ends = chronicle.endsBySend.getOrDefault(sent.send(), List.of());
    if (ends.isEmpty()) {
      return "never ended";
    }
    if (ends.size() > 1) {
      return "ended " + ends.size() + " times";
    }
    long endedAt = ends.get(0).nanos();
    for (Receipted receipt : chronicle.receipts(sent)) {
      if (receipt.nanos() - endedAt > 0) {
        return "heard " + receipt.receipt() + " after its outcome";
      }
    }
    long late = endedAt - sent.deadlineNanos() - grace.toNanos();
    if (late > 0 && late > chronicle.stalledNanos(sent.nanos(), endedAt)) {
      return "ended %d ms after its deadline"
          .formatted((endedAt - sent.deadlineNanos()) / 1_000_000);
    }
    return null;
  }
}
