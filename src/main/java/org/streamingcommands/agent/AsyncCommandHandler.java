package org.streamingcommands.agent;

import com.google.protobuf.Message;
import java.util.concurrent.CompletionStage;

/**
 * Starts what a command asks and answers later. A stage that ends exceptionally means what the same
 * exception means in a {@link CommandHandler}; a stage that is cancelled once the context is, means
 * that the command was stopped.
 *
 * @param <C> the type of the command
 */
@FunctionalInterface
public interface AsyncCommandHandler<C extends Message> {

  /**
   * Starts one command. The agent's concurrency counts a command only until this returns.
   *
   * @throws Exception for a command that could not be started
   */
  CompletionStage<? extends Message> handle(C command, CommandContext context) throws Exception;
}
