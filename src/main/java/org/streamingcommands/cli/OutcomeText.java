package org.streamingcommands.cli;

import com.google.protobuf.Any;
import org.streamingcommands.command.Outcome;

/** How an outcome reads. */
public final class OutcomeText {
  private OutcomeText() {}

  /** In a word or two, such as COMPLETED or NOT_CONNECTED (NOT_SENT). */
  public static String kind(Outcome<?> outcome) {
    if (outcome instanceof Outcome.Completed<?>) {
      return "COMPLETED";
    }
    if (outcome instanceof Outcome.Failed<?> failed) {
      return "FAILED " + Plain.text(failed.code());
    }
    if (outcome instanceof Outcome.Undelivered<?> undelivered) {
      return "%s (%s)".formatted(undelivered.reason(), undelivered.certainty());
    }
    return "CANCELLED";
  }

  /** Why it did not complete, in one line. */
  static String why(Outcome<Any> outcome) {
    return Plain.text(saidWhy(outcome));
  }

  private static String saidWhy(Outcome<Any> outcome) {
    if (outcome instanceof Outcome.Failed<Any> failed) {
      return "the client failed with %s: %s".formatted(failed.code(), failed.message());
    }
    if (outcome instanceof Outcome.Undelivered<Any> undelivered) {
      return "undelivered, %s: %s (%s)"
          .formatted(undelivered.reason(), undelivered.message(), advice(undelivered));
    }
    return outcome instanceof Outcome.Cancelled<Any> cancelled
        ? "cancelled: " + cancelled.message()
        : "completed";
  }

  private static String advice(Outcome.Undelivered<Any> undelivered) {
    return switch (undelivered.certainty()) {
      case NOT_SENT -> "nothing was sent";
      case SENT_UNCONFIRMED -> "it may or may not have run";
      case RECEIVED_NOT_FINISHED -> "the client has it and did not say how it ended";
    };
  }
}
