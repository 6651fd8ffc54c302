package org.streamingcommands.agent;

import com.google.protobuf.Message;
import org.jspecify.annotations.Nullable;

/**
 * Does what a command asks and answers when it is done. Runs on the agent's handler executor and
 * may block there.
 *
 * @param <C> the type of the command
 * @param <R> the type of the answer
 */
@FunctionalInterface
public interface CommandHandler<C extends Message, R extends Message> {

  /**
   * Runs one command.
   *
   * @return the answer, or null for a command that has none
   * @throws CommandFailure for a failure with a code of its own
   * @throws java.util.concurrent.CancellationException or {@link InterruptedException}, once the
   *     context is cancelled, to say that the command was stopped
   * @throws Exception for any other failure, which the sender sees as {@link
   *     FailureCode#HANDLER_ERROR}
   */
  @Nullable R handle(C command, CommandContext context) throws Exception;
}
