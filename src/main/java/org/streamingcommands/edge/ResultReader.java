package org.streamingcommands.edge;

import com.google.protobuf.Any;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.grpc.Wire;
import org.streamingcommands.grpc.v1.CommandResult;

/** Turns a client's result into an outcome. */
final class ResultReader {
  private ResultReader() {}

  /**
   * @throws IllegalArgumentException naming the field that is wrong
   */
  static Outcome<Any> read(CommandResult result) {
    return switch (result.getKindCase()) {
      case COMPLETED -> Wire.completed(result.getCompleted());
      case FAILED -> Wire.failed(result.getFailed());
      case CANCELLED -> Wire.cancelled(result.getCancelled());
      case KIND_NOT_SET ->
          throw new IllegalArgumentException(
              "result.kind: one of completed, failed, cancelled must be set");
    };
  }
}
