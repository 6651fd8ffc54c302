package org.streamingcommands.cli;

import com.google.protobuf.Any;
import com.google.protobuf.Empty;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.streamingcommands.agent.CommandFailure;

/** How {@code agent} answers. */
enum AgentAnswer {
  /** Completes with the command itself. */
  ECHO,
  /** Completes with nothing. */
  EMPTY,
  /** Fails. */
  FAIL,
  /** Says that it has the command, and nothing more. */
  NEVER;

  CompletionStage<Any> to(Any command) throws CommandFailure {
    return switch (this) {
      case ECHO -> CompletableFuture.completedFuture(command);
      case EMPTY -> CompletableFuture.completedFuture(Any.pack(Empty.getDefaultInstance()));
      case FAIL -> throw new CommandFailure("ASKED_TO_FAIL", "started with --answer fail");
      case NEVER -> new CompletableFuture<>();
    };
  }
}
