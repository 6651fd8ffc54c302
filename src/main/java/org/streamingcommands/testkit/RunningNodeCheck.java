package org.streamingcommands.testkit;

import com.google.protobuf.Any;
import java.util.List;
import java.util.Set;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.command.Reason;
import org.streamingcommands.testkit.Chronicle.Life;
import org.streamingcommands.testkit.HistoryEvent.Ended;
import org.streamingcommands.testkit.HistoryEvent.Sent;
import org.streamingcommands.testkit.Violation.Promise;

/** A node that runs from the first send to the last gives no reason that only a stop explains. */
final class RunningNodeCheck {
  private static final Set<Reason> WRONG =
      Set.of(
          Reason.SHUTTING_DOWN,
          Reason.NODE_UNREACHABLE,
          Reason.UNKNOWN_SERVICE,
          Reason.NO_MAJORITY);

  private RunningNodeCheck() {}

  static void check(Chronicle chronicle, List<Violation> violations) {
    for (Life life : chronicle.lives) {
      for (Sent sent : life.sends) {
        Ended end = chronicle.end(sent);
        if (end != null
            && end.outcome() instanceof Outcome.Undelivered<Any> undelivered
            && WRONG.contains(undelivered.reason())) {
          violations.add(
              new Violation(
                  Promise.REASON_IS_TRUE,
                  "send %d of '%s' to %s was told %s by a node that runs"
                      .formatted(sent.send(), life.commandId, life.client, undelivered.reason()),
                  chronicle.trail(life)));
        }
      }
    }
  }
}
