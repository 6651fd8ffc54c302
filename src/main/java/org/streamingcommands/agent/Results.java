package org.streamingcommands.agent;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.grpc.Wire;
import org.streamingcommands.grpc.v1.CommandResult;

/** Makes the frames that say how a command ended. */
final class Results {
  private static final Logger log = LoggerFactory.getLogger(Results.class);

  /** A message is one line for a person; a longer one is cut. */
  private static final int MAX_MESSAGE = 1000;

  private Results() {}

  static CommandResult completed(String id, @Nullable Message answer) {
    Any any =
        answer == null
            ? Any.getDefaultInstance()
            : answer instanceof Any packed ? packed : Any.pack(answer);
    return CommandResult.newBuilder().setCommandId(id).setCompleted(Wire.completed(any)).build();
  }

  static CommandResult failed(String id, String code, String message) {
    return failed(id, new Outcome.Failed<>(code, cut(message)));
  }

  static CommandResult cancelled(String id, String message) {
    return CommandResult.newBuilder()
        .setCommandId(id)
        .setCancelled(Wire.cancelled(new Outcome.Cancelled<>(message)))
        .build();
  }

  /** What a handler's exception means. */
  static CommandResult of(RunningCommand command, Throwable thrown) {
    String id = command.commandId();
    Throwable error = unwrap(thrown);
    if (error instanceof CommandFailure failure) {
      String message = failure.getMessage();
      return failed(
          id,
          new Outcome.Failed<>(
              failure.code(), message == null ? "" : cut(message), failure.details()));
    }
    boolean stopped =
        error instanceof CancellationException || error instanceof InterruptedException;
    if (stopped && command.isCancelled()) {
      return cancelled(id, command.whyCancelled());
    }
    log.warn("The handler of command {} ({}) failed", id, command.typeUrl(), error);
    String message = error.getMessage();
    return failed(
        id, FailureCode.HANDLER_ERROR, message == null ? error.getClass().getName() : message);
  }

  private static CommandResult failed(String id, Outcome.Failed<Any> failed) {
    return CommandResult.newBuilder().setCommandId(id).setFailed(Wire.failed(failed)).build();
  }

  private static Throwable unwrap(Throwable error) {
    Throwable inner = error;
    while (inner.getCause() != null
        && (inner instanceof CompletionException || inner instanceof ExecutionException)) {
      inner = inner.getCause();
    }
    return inner;
  }

  private static String cut(String message) {
    return message.length() <= MAX_MESSAGE ? message : message.substring(0, MAX_MESSAGE);
  }
}
