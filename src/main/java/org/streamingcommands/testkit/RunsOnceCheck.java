package org.streamingcommands.testkit;

import java.util.List;
import org.streamingcommands.testkit.Chronicle.Life;
import org.streamingcommands.testkit.Violation.Promise;

/**
 * A command id runs once. Not a second time in another process either: what a former process had
 * may have run there, so nobody may give it to the next.
 */
final class RunsOnceCheck {
  private RunsOnceCheck() {}

  static void check(Chronicle chronicle, List<Violation> violations) {
    for (Life life : chronicle.lives) {
      if (life.starts.size() > 1) {
        violations.add(
            new Violation(
                Promise.RUNS_ONCE,
                "%s ran '%s' %d times".formatted(life.client, life.commandId, life.starts.size()),
                chronicle.trail(life)));
      }
    }
  }
}
