package org.streamingcommands.api;

import com.google.protobuf.Any;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.command.Reason;

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

  static InvalidRequest rateLimited(String message) {
    return new InvalidRequest(Reason.RATE_LIMITED, message);
  }

  Outcome.Undelivered<Any> outcome() {
    return (Outcome.Undelivered<Any>) Outcome.<Any>notSent(reason, getMessage());
  }
}
