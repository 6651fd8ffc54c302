package org.streamingcommands.testkit;

import com.google.protobuf.Any;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.command.Reason;
import org.streamingcommands.testkit.Chronicle.Life;
import org.streamingcommands.testkit.HistoryEvent.Ended;
import org.streamingcommands.testkit.HistoryEvent.Listed;
import org.streamingcommands.testkit.HistoryEvent.Sent;
import org.streamingcommands.testkit.LiveTimes.Span;
import org.streamingcommands.testkit.Violation.Promise;

/**
 * A client that is connected beyond doubt is listed, and no send to it says NOT_CONNECTED: the end
 * of an old connection must not take the new one away.
 */
final class AbsenceCheck {
  private final Chronicle chronicle;
  private final LiveTimes liveTimes;
  private final List<Violation> violations;
  private final Set<Span> reported = new HashSet<>();

  private AbsenceCheck(Chronicle chronicle, List<Violation> violations) {
    this.chronicle = chronicle;
    this.liveTimes = new LiveTimes(chronicle);
    this.violations = violations;
  }

  static void check(Chronicle chronicle, List<Violation> violations) {
    AbsenceCheck check = new AbsenceCheck(chronicle, violations);
    chronicle.listings.forEach(check::listing);
    chronicle.lives.forEach(check::sends);
  }

  private void listing(Listed listed) {
    for (String client : chronicle.byClient.keySet()) {
      if (!listed.clients().contains(client)) {
        judge(client, listed.nanos(), listed.untilNanos(), "is not listed");
      }
    }
  }

  private void sends(Life life) {
    for (Sent sent : life.sends) {
      Ended end = chronicle.end(sent);
      if (end != null
          && end.outcome() instanceof Outcome.Undelivered<Any> undelivered
          && undelivered.reason() == Reason.NOT_CONNECTED) {
        String what = "and send %d is told NOT_CONNECTED".formatted(sent.send());
        judge(life.client, sent.nanos(), end.nanos(), what);
      }
    }
  }

  private void judge(String client, long first, long last, String what) {
    Span live = liveTimes.around(client, first, last);
    if (live != null
        && chronicle.stalledNanos(last, live.heardBy()) < live.until() - last
        && reported.add(live)) {
      violations.add(
          new Violation(
              Promise.PRESENCE_IS_TRUE,
              "%s, connected as %s for %d ms, %s"
                  .formatted(client, live.process(), (first - live.from()) / 1_000_000, what),
              chronicle.trail(
                  client,
                  live.from() - Duration.ofSeconds(3).toNanos(),
                  live.until() + Duration.ofSeconds(3).toNanos())));
    }
  }
}
