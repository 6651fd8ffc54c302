package org.streamingcommands.api;

import io.grpc.Metadata;
import io.grpc.Status;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.connection.Refusal;
import org.streamingcommands.grpc.ErrorDetails;

/**
 * How a call ends: well, with a status, or with the reason why a command was not delivered.
 *
 * @param reason a word that code can test; empty where the status says it all
 * @param undelivered what the status stands for; null where it is not about a delivery
 * @param commandId empty where the call is not about a command
 */
record Ending(
    Status status, String reason, Outcome.@Nullable Undelivered<?> undelivered, String commandId) {
  static final Ending OK = of(Status.OK);

  static Ending of(Status status) {
    return new Ending(status, "", null, "");
  }

  /** Somebody was turned away. */
  static Ending of(Status status, Refusal why) {
    return new Ending(status, why.name(), null, "");
  }

  static Ending of(Outcome.Undelivered<?> undelivered, String commandId) {
    return new Ending(
        Statuses.status(undelivered), undelivered.reason().name(), undelivered, commandId);
  }

  @Nullable Metadata trailers() {
    if (undelivered != null) {
      return Statuses.details(undelivered, commandId);
    }
    return reason.isEmpty() ? null : ErrorDetails.of(status, reason, Map.of());
  }
}
