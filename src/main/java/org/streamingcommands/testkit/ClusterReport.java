package org.streamingcommands.testkit;

import com.google.protobuf.Any;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.testkit.HistoryEvent.Ended;
import org.streamingcommands.testkit.HistoryEvent.Sent;

/**
 * What a {@link ClusterRun} saw.
 *
 * @param sends how many
 * @param undelivered those that ended without a word of the client, with their trails
 * @param violations what was not kept; empty for good nodes
 * @param summary numbers for a person
 */
public record ClusterReport(
    int sends, List<List<String>> undelivered, List<Violation> violations, String summary) {
  private static final int MAX_SHOWN = 5;

  static ClusterReport of(
      ClusterSettings settings,
      History history,
      List<ClusterClient> clients,
      StallMeter stalls,
      HandOverMeter handOvers,
      List<Violation> violations) {
    Chronicle chronicle = new Chronicle(history.events());
    Map<String, Integer> outcomes = new TreeMap<>();
    List<List<String>> undelivered = new ArrayList<>();
    int sends = 0;
    int executions = 0;
    long slowest = 0;
    for (Chronicle.Life life : chronicle.lives) {
      executions += life.starts.size();
      for (Sent sent : life.sends) {
        sends++;
        Ended end = chronicle.end(sent);
        outcomes.merge(end == null ? "none" : ChaosReport.kind(end.outcome()), 1, Integer::sum);
        slowest = end == null ? slowest : Math.max(slowest, end.nanos() - sent.nanos());
        if (end == null || end.outcome() instanceof Outcome.Undelivered<Any>) {
          undelivered.add(chronicle.trail(life));
        }
      }
    }
    Duration absence =
        clients.stream()
            .map(ClusterClient::longestAbsence)
            .max(Comparator.naturalOrder())
            .orElse(Duration.ZERO);
    List<Violation> outOfOrder = new ArrayList<>();
    OrderCheck.check(chronicle, false, sender -> true, outOfOrder);
    String summary =
        """
        seed %d: %d clients, %d reconnects, %d sends, %d commands, %d executions
        outcomes: %s
        %d ran after a later one of their sender
        slowest outcome %d ms, slowest hand-over %d ms
        longest absence of a client %d ms, longest stall of the machine %d ms
        """
            .formatted(
                settings.seed(),
                clients.size(),
                clients.stream().mapToInt(ClusterClient::reconnects).sum(),
                sends,
                chronicle.lives.size(),
                executions,
                outcomes,
                outOfOrder.size(),
                Duration.ofNanos(slowest).toMillis(),
                handOvers.longest().toMillis(),
                absence.toMillis(),
                stalls.longest().toMillis());
    return new ClusterReport(sends, undelivered, List.copyOf(violations), summary);
  }

  /** The first of the undelivered, each with what befell it. */
  public String undeliveredTrails() {
    return undelivered.stream()
        .limit(MAX_SHOWN)
        .map(trail -> String.join("\n    ", trail))
        .collect(Collectors.joining("\n", "undelivered:\n    ", "\n"));
  }

  @Override
  public String toString() {
    return violations.isEmpty()
        ? summary + "every promise was kept\n"
        : summary
            + violations.size()
            + " not kept\n"
            + violations.stream()
                .limit(MAX_SHOWN)
                .map(Violation::toString)
                .collect(Collectors.joining("\n"));
  }
}
