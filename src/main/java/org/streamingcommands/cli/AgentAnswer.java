package org.streamingcommands.cli;

import com.google.protobuf.Any;
import com.google.protobuf.Empty;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.streamingcommands.agent.CommandContext;
import org.streamingcommands.agent.CommandFailure;

/** How {@code agent} answers. */
enum AgentAnswer {
  /** Completes with the command itself. */
  ECHO,
  /** Completes with nothing. */
  EMPTY,
  /** Fails. */
  FAIL,
  /** Tells of its progress for two seconds, then completes with the command itself. */
  STEPS,
  /** Says that it has the command, and nothing more unless it is cancelled. */
  NEVER;

  private static final int STEPS_TO_TAKE = 4;

  CompletionStage<Any> to(Any command, CommandContext context) throws CommandFailure {
    return switch (this) {
      case ECHO -> CompletableFuture.completedFuture(command);
      case EMPTY -> CompletableFuture.completedFuture(Any.pack(Empty.getDefaultInstance()));
      case FAIL -> throw new CommandFailure("ASKED_TO_FAIL", "started with --answer fail");
      case STEPS -> step(command, context, 1);
      case NEVER -> untilCancelled(context);
    };
  }

  private static CompletionStage<Any> step(Any command, CommandContext context, int step) {
    Executor pause = CompletableFuture.delayedExecutor(500, TimeUnit.MILLISECONDS);
    return CompletableFuture.runAsync(() -> {}, pause)
        .thenCompose(
            passed -> {
              if (step == STEPS_TO_TAKE) {
                return CompletableFuture.completedFuture(command);
              }
              context.progress(
                  step * 100 / STEPS_TO_TAKE, "step %d of %d".formatted(step, STEPS_TO_TAKE));
              return step(command, context, step + 1);
            });
  }

  private static CompletionStage<Any> untilCancelled(CommandContext context) {
    CompletableFuture<Any> never = new CompletableFuture<>();
    context.onCancel(
        () -> {
          // A deadline that passed cancels too, and of that nothing is said.
          if (!context.remaining().isZero()) {
            never.cancel(false);
          }
        });
    return never;
  }
}
