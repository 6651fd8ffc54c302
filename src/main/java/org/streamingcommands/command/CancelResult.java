package org.streamingcommands.command;

import com.google.protobuf.Any;
import java.util.Optional;

/**
 * What the wish to cancel a command came to.
 *
 * @param verdict in a word
 * @param outcome how the command ended; where that is not known, why the wish was not answered, if
 *     anything is known of it
 */
public record CancelResult(Verdict verdict, Optional<Outcome<Any>> outcome) {

  /** What the wish came to. */
  public enum Verdict {
    /** The command was stopped, or never left. */
    CANCELLED,
    /** It ended in another way first. */
    TOO_LATE,
    /** No such command is in flight, and none ended within the dedup window. */
    UNKNOWN_COMMAND,
    /** Nobody said in time; the command may still run, and the wish may still take effect. */
    NOT_CONFIRMED
  }

  public static CancelResult notConfirmed() {
    return new CancelResult(Verdict.NOT_CONFIRMED, Optional.empty());
  }

  public static CancelResult unknownCommand() {
    return new CancelResult(Verdict.UNKNOWN_COMMAND, Optional.empty());
  }

  public static CancelResult of(Outcome<Any> outcome) {
    return new CancelResult(
        outcome instanceof Outcome.Cancelled<Any> ? Verdict.CANCELLED : Verdict.TOO_LATE,
        Optional.of(outcome));
  }
}
