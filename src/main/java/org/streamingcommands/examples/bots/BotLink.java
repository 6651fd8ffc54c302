package org.streamingcommands.examples.bots;

import com.google.protobuf.Any;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.streamingcommands.command.Command;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.command.Priority;
import org.streamingcommands.examples.bots.v1.BotCommand;
import org.streamingcommands.examples.bots.v1.BotReport;
import org.streamingcommands.service.ClientService;

/** The way to a bot, from wherever the caller runs. */
@FunctionalInterface
public interface BotLink {

  /**
   * Sends and waits for the outcome.
   *
   * @param command its id is the engine's command id too
   */
  CompletableFuture<Outcome<BotReport>> ask(String botId, BotCommand command);

  /** Through the service of this process. */
  static BotLink through(ClientService service, Duration timeout) {
    return (botId, command) ->
        service
            .sendToClient(
                botId,
                new Command(
                    command.getId(),
                    Any.pack(command),
                    Instant.now().plus(timeout),
                    Priority.NORMAL,
                    "",
                    Map.of()))
            .thenApply(outcome -> Outcome.unpack(outcome, BotReport.class));
  }
}
