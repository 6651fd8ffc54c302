package org.streamingcommands.examples.bots;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.streamingcommands.client.SendOptions;
import org.streamingcommands.client.StreamingCommandClient;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.examples.bots.v1.BotCommand;
import org.streamingcommands.examples.bots.v1.BotReport;

/** The way to a bot, from wherever the caller runs. */
@FunctionalInterface
public interface BotLink {

  /**
   * Sends and waits for the outcome.
   *
   * @param command its id is the engine's command id too
   */
  CompletableFuture<Outcome<BotReport>> ask(String botId, BotCommand command);

  /**
   * Through command clients, such as {@code id -> StreamingCommandClient.forClient(system, "bots",
   * id)}.
   *
   * @param clients makes the client of a bot
   */
  static BotLink through(
      Function<String, StreamingCommandClient<BotCommand>> clients, Duration timeout) {
    return (botId, command) ->
        clients
            .apply(botId)
            .ask(
                command,
                BotReport.class,
                SendOptions.defaults().withCommandId(command.getId()).withTimeout(timeout));
  }
}
