package org.streamingcommands.api;

import com.google.protobuf.Any;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.command.Reason;
import org.streamingcommands.connection.Counters;
import org.streamingcommands.connection.Refusal;

/**
 * A request that cannot be carried out as it stands. In a call of its own it ends the call; among
 * many it is the outcome of one. Has no stack trace: it is the caller's.
 */
final class InvalidRequest extends Exception {
  private static final long serialVersionUID = 1L;

  private final Reason reason;

  private InvalidRequest(Reason reason, String message) {
    super(message, null, false, false);
    this.reason = reason;
  }

  /** A field is wrong; the problem begins with its name. */
  static InvalidRequest field(String problem) {
    return new InvalidRequest(Reason.INVALID_COMMAND, problem);
  }

  static InvalidRequest unknownService(String service) {
    return new InvalidRequest(
        Reason.UNKNOWN_SERVICE, "service: '%s' is not registered".formatted(service));
  }

  static InvalidRequest notPermitted(String message) {
    return new InvalidRequest(Reason.NOT_PERMITTED, message);
  }

  static InvalidRequest tooLarge(String message) {
    return new InvalidRequest(Reason.TOO_LARGE, message);
  }

  static InvalidRequest rateLimited(String message) {
    return new InvalidRequest(Reason.RATE_LIMITED, message);
  }

  /** Counts it where somebody may not do what it asks for; what is merely wrong is no refusal. */
  void count(Counters counters) {
    switch (reason) {
      case NOT_PERMITTED ->
          counters.refused(Refusal.Listener.API, Refusal.NOT_PERMITTED).increment();
      case RATE_LIMITED -> counters.refused(Refusal.Listener.API, Refusal.RATE_LIMITED).increment();
      default -> {}
    }
  }

  Outcome.Undelivered<Any> outcome() {
    return (Outcome.Undelivered<Any>) Outcome.<Any>notSent(reason, getMessage());
  }
}
