package org.streamingcommands.command;

import com.google.protobuf.Any;
import java.util.Optional;

/**
 * What the wish to cancel a command came to.
 *
 * @param verdict in a word
 * @param outcome how the command ended; empty for an unknown command; for an unanswered wish why
 *     there is no answer
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
    /** No node answered the wish in time; it may still take effect. A node never says this. */
    UNANSWERED
  }

  public static CancelResult unknownCommand() {
    return new CancelResult(Verdict.UNKNOWN_COMMAND, Optional.empty());
  }

  public static CancelResult unanswered(Outcome<Any> why) {
    return new CancelResult(Verdict.UNANSWERED, Optional.of(why));
  }

  public static CancelResult of(Outcome<Any> outcome) {
    return new CancelResult(
        outcome instanceof Outcome.Cancelled<Any> ? Verdict.CANCELLED : Verdict.TOO_LATE,
        Optional.of(outcome));
  }
}
