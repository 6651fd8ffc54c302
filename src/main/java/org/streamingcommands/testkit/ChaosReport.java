package org.streamingcommands.testkit;

import com.google.protobuf.Any;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.testkit.HistoryEvent.Ended;
import org.streamingcommands.testkit.HistoryEvent.Sent;

/**
 * What a {@link ChaosRun} saw.
 *
 * @param seed to see it again
 * @param sends how many
 * @param violations what was not kept; empty for a good node
 * @param summary numbers for a person
 */
public record ChaosReport(long seed, int sends, List<Violation> violations, String summary) {
  private static final int MAX_SHOWN = 10;

  static ChaosReport of(
      ChaosSettings settings,
      History history,
      List<ChaosClient> clients,
      ChaosFaults faults,
      ChaosTarget target,
      StallMeter stalls,
      List<Violation> violations) {
    Chronicle chronicle = new Chronicle(history.events());
    Map<String, Integer> outcomes = new TreeMap<>();
    int sends = 0;
    int executions = 0;
    long slowest = 0;
    for (Chronicle.Life life : chronicle.lives) {
      executions += life.starts.size();
      for (Sent sent : life.sends) {
        sends++;
        Ended end = chronicle.end(sent);
        outcomes.merge(end == null ? "none" : kind(end.outcome()), 1, Integer::sum);
        slowest = end == null ? slowest : Math.max(slowest, end.nanos() - sent.deadlineNanos());
      }
    }
    String summary =
        """
        seed %d: %d clients, %d processes, %d reconnects, %d sends, %d commands, %d executions
        outcomes: %s
        faults: %s
        node: %s
        slowest end after its deadline %d ms, longest ghost %d ms, longest stall of the machine %d ms
        """
            .formatted(
                settings.seed(),
                clients.size(),
                clients.stream().mapToInt(ChaosClient::started).sum(),
                clients.stream().mapToInt(ChaosClient::reconnects).sum(),
                sends,
                chronicle.lives.size(),
                executions,
                outcomes,
                faults.counts(),
                target.counters(),
                Duration.ofNanos(slowest).toMillis(),
                PresenceCheck.longestGhost(chronicle).toMillis(),
                stalls.longest().toMillis());
    return new ChaosReport(settings.seed(), sends, List.copyOf(violations), summary);
  }

  static String kind(Outcome<Any> outcome) {
    if (outcome instanceof Outcome.Undelivered<Any> undelivered) {
      return undelivered.reason() + "/" + undelivered.certainty();
    }
    if (outcome instanceof Outcome.Failed<Any> failed) {
      return "FAILED " + failed.code();
    }
    return outcome instanceof Outcome.Cancelled<Any> ? "CANCELLED" : "COMPLETED";
  }

  /** The summary, how often which promise broke, and the first violations with their trails. */
  @Override
  public String toString() {
    if (violations.isEmpty()) {
      return summary + "every promise was kept\n";
    }
    Map<Violation.Promise, Long> byPromise =
        violations.stream()
            .collect(
                Collectors.groupingBy(Violation::promise, TreeMap::new, Collectors.counting()));
    return summary
        + "not kept: "
        + byPromise
        + "\n"
        + violations.stream()
            .limit(MAX_SHOWN)
            .map(Violation::toString)
            .collect(Collectors.joining("\n"));
  }
}
