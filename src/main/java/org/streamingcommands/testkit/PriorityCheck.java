package org.streamingcommands.testkit;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.streamingcommands.command.Priority;
import org.streamingcommands.command.Receipt;
import org.streamingcommands.testkit.Chronicle.Life;
import org.streamingcommands.testkit.HistoryEvent.Receipted;
import org.streamingcommands.testkit.HistoryEvent.Sent;
import org.streamingcommands.testkit.HistoryEvent.Started;
import org.streamingcommands.testkit.Violation.Promise;

/**
 * A command of HIGH priority that was heard to be queued runs before every NORMAL one that was sent
 * after that to the same process of the client. What crossed on its way proves nothing.
 */
final class PriorityCheck {
  /**
   * A command that ran.
   *
   * @param nanos when a HIGH one was heard to be queued; when a NORMAL one was sent
   */
  private record Run(Life life, boolean isHigh, long nanos, Started start) {}

  private PriorityCheck() {}

  static void check(Chronicle chronicle, List<Violation> violations) {
    Map<String, List<Run>> byProcess = new HashMap<>();
    for (Life life : chronicle.lives) {
      // Of one that was sent twice it is not known which send was taken.
      if (life.sends.size() == 1 && !life.starts.isEmpty()) {
        place(chronicle, life, byProcess);
      }
    }
    byProcess.values().forEach(runs -> inspect(chronicle, runs, violations));
  }

  private static void place(Chronicle chronicle, Life life, Map<String, List<Run>> byProcess) {
    Sent sent = life.sends.get(0);
    Started start = life.starts.get(0);
    if (sent.command().priority() == Priority.NORMAL) {
      add(new Run(life, false, sent.nanos(), start), byProcess);
      return;
    }
    for (Receipted receipt : chronicle.receipts(sent)) {
      if (receipt.receipt() == Receipt.QUEUED) {
        add(new Run(life, true, receipt.nanos(), start), byProcess);
        return;
      }
    }
  }

  private static void add(Run run, Map<String, List<Run>> byProcess) {
    byProcess.computeIfAbsent(run.start().process(), any -> new ArrayList<>()).add(run);
  }

  private static void inspect(Chronicle chronicle, List<Run> runs, List<Violation> violations) {
    long origin = runs.get(0).start().nanos();
    runs.sort(Comparator.comparingLong(run -> run.start().nanos() - origin));
    Run lastSent = null;
    for (Run run : runs) {
      if (!run.isHigh()) {
        lastSent = lastSent == null || run.nanos() - lastSent.nanos() > 0 ? run : lastSent;
      } else if (lastSent != null && lastSent.nanos() - run.nanos() > 0) {
        violations.add(
            new Violation(
                Promise.ORDER,
                "'%s' of NORMAL priority ran before '%s' of HIGH, which was queued before it was sent"
                    .formatted(lastSent.life().commandId, run.life().commandId),
                chronicle.trail(lastSent.life(), run.life())));
      }
    }
  }
}
