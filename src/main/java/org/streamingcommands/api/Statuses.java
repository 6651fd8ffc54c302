package org.streamingcommands.api;

import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.grpc.ErrorDetails;

/**
 * The one table from what did not work to the status of a call: the code is the reason's, see
 * {@link org.streamingcommands.command.Reason#grpcCode()}, and the details carry an ErrorInfo for
 * code.
 */
final class Statuses {
  private Statuses() {}

  static Status status(Outcome.Undelivered<?> undelivered) {
    return Status.fromCodeValue(undelivered.reason().grpcCode())
        .withDescription(undelivered.message());
  }

  /**
   * @param commandId empty where the call is not about a command
   */
  static Metadata details(Outcome.Undelivered<?> undelivered, String commandId) {
    Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put("certainty", undelivered.certainty().name());
    if (!commandId.isEmpty()) {
      metadata.put("command_id", commandId);
    }
    return ErrorDetails.of(status(undelivered), undelivered.reason().name(), metadata);
  }

  static StatusRuntimeException stopping() {
    return Status.UNAVAILABLE.withDescription("the node is stopping").asRuntimeException();
  }
}
