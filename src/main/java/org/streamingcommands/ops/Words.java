package org.streamingcommands.ops;

import java.util.Locale;
import org.streamingcommands.command.Outcome;

/** Outcomes as one word. */
final class Words {
  private Words() {}

  /** COMPLETED, FAILED, CANCELLED, or why it was not delivered and what that means. */
  static String of(Outcome<?> outcome) {
    if (outcome instanceof Outcome.Undelivered<?> undelivered) {
      return undelivered.reason() + "/" + undelivered.certainty();
    }
    return outcome.getClass().getSimpleName().toUpperCase(Locale.ROOT);
  }
}
