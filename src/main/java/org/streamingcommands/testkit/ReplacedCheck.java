package org.streamingcommands.testkit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.streamingcommands.testkit.HistoryEvent.OfClient;
import org.streamingcommands.testkit.HistoryEvent.ProcessEnded;
import org.streamingcommands.testkit.HistoryEvent.ProcessStarted;
import org.streamingcommands.testkit.HistoryEvent.Replaced;
import org.streamingcommands.testkit.Violation.Promise;

/**
 * A process that is told that it was replaced never comes back, so only another one, alive at some
 * time since its start, may be the cause; never an older connection of its own.
 */
final class ReplacedCheck {
  private ReplacedCheck() {}

  static void check(Chronicle chronicle, List<Violation> violations) {
    chronicle.byClient.forEach((client, events) -> check(chronicle, client, events, violations));
  }

  private static void check(
      Chronicle chronicle, String client, List<OfClient> events, List<Violation> violations) {
    List<String> others = new ArrayList<>();
    Map<String, List<String>> aliveSinceStart = new HashMap<>();
    for (OfClient event : events) {
      if (event instanceof ProcessStarted started) {
        aliveSinceStart.values().forEach(alive -> alive.add(started.process()));
        aliveSinceStart.put(started.process(), new ArrayList<>(others));
        others.add(started.process());
      } else if (event instanceof ProcessEnded ended) {
        others.remove(ended.process());
      } else if (event instanceof Replaced replaced
          && aliveSinceStart.getOrDefault(replaced.process(), List.of()).isEmpty()) {
        long from = replaced.nanos() - Duration.ofSeconds(3).toNanos();
        violations.add(
            new Violation(
                Promise.REPLACED_BY_ANOTHER,
                replaced.process() + " was told that it was replaced, and there was no other",
                chronicle.trail(client, from, replaced.nanos())));
      }
    }
  }
}
