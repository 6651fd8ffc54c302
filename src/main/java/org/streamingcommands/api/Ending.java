package org.streamingcommands.api;

import io.grpc.Metadata;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;
import org.streamingcommands.command.Outcome;

/**
 * How a call ends: well, with a status, or with the reason why a command was not delivered.
 *
 * @param undelivered what the status stands for; null where it is not about a delivery
 * @param commandId empty where the call is not about a command
 */
record Ending(Status status, Outcome.@Nullable Undelivered<?> undelivered, String commandId) {
  static final Ending OK = new Ending(Status.OK, null, "");

  static Ending of(Status status) {
    return new Ending(status, null, "");
  }

  static Ending of(Outcome.Undelivered<?> undelivered, String commandId) {
    return new Ending(Statuses.status(undelivered), undelivered, commandId);
  }

  @Nullable Metadata trailers() {
    return undelivered == null ? null : Statuses.details(undelivered, commandId);
  }
}
