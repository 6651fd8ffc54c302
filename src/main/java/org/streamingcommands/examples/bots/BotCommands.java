package org.streamingcommands.examples.bots;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.examples.bots.v1.BotCommand;
import org.streamingcommands.examples.bots.v1.BotReport;
import org.streamingcommands.examples.bots.v1.BotStatus;

/**
 * What the application does with its bots, from any thread: each method sends, waits for the bot's
 * answer and keeps the database true. Futures complete once everything is saved, on a thread of the
 * database or the engine, and never exceptionally: an exception is an outcome too.
 */
public final class BotCommands {
  private static final StatusTransition STARTING =
      new StatusTransition(BotStatus.BOT_STATUS_STARTING, BotStatus.BOT_STATUS_RUNNING);
  private static final StatusTransition STOPPING =
      new StatusTransition(BotStatus.BOT_STATUS_STOPPING, BotStatus.BOT_STATUS_STOPPED);

  private final BotLink link;
  private final BotStore store;

  public BotCommands(BotLink link, BotStore store) {
    this.link = link;
    this.store = store;
  }

  /** STARTING, then RUNNING. */
  public CompletableFuture<Outcome<BotReport>> start(String botId) {
    return STARTING.around(store, botId, () -> link.ask(botId, BotMessages.start()));
  }

  /**
   * STOPPING, then STOPPED.
   *
   * @param graceful whether the bot finishes first what is under way
   */
  public CompletableFuture<Outcome<BotReport>> stop(String botId, boolean graceful) {
    return STOPPING.around(store, botId, () -> link.ask(botId, BotMessages.stop(graceful)));
  }

  /** STARTING, then RUNNING, with the same configuration. */
  public CompletableFuture<Outcome<BotReport>> restart(String botId) {
    return STARTING.around(store, botId, () -> link.ask(botId, BotMessages.restart()));
  }

  /**
   * Changes a bot's configuration and saves what the bot then has. Its status stays.
   *
   * @param fields the names that change; none for the whole configuration
   */
  public CompletableFuture<Outcome<BotReport>> updateConfig(
      String botId, Map<String, String> config, Collection<String> fields) {
    return store
        .status(botId)
        .thenCompose(
            status ->
                status.isEmpty()
                    ? CompletableFuture.completedFuture(StatusTransition.unknown(botId))
                    : askAndSaveConfig(botId, BotMessages.configUpdate(config, fields)));
  }

  private CompletableFuture<Outcome<BotReport>> askAndSaveConfig(String botId, BotCommand command) {
    return StatusTransition.guarded(
        botId,
        () ->
            link.ask(botId, command)
                .thenCompose(
                    outcome ->
                        outcome instanceof Outcome.Completed<BotReport> completed
                            ? store
                                .saveConfig(botId, completed.result().getConfigMap())
                                .thenApply(saved -> outcome)
                            : CompletableFuture.completedFuture(outcome)));
  }

  /** Starts all of them at the same time. */
  public CompletableFuture<BatchReport> batchStart(Collection<String> botIds) {
    return batch(botIds, this::start);
  }

  /** Stops all of them at the same time. */
  public CompletableFuture<BatchReport> batchStop(Collection<String> botIds, boolean graceful) {
    return batch(botIds, botId -> stop(botId, graceful));
  }

  /** Changes the configuration of all of them at the same time. */
  public CompletableFuture<BatchReport> batchUpdateConfig(
      Collection<String> botIds, Map<String, String> config, Collection<String> fields) {
    return batch(botIds, botId -> updateConfig(botId, config, fields));
  }

  private static CompletableFuture<BatchReport> batch(
      Collection<String> botIds, Function<String, CompletableFuture<Outcome<BotReport>>> run) {
    Map<String, CompletableFuture<Outcome<BotReport>>> running = new LinkedHashMap<>();
    for (String botId : botIds) {
      running.computeIfAbsent(botId, run);
    }
    return CompletableFuture.allOf(running.values().toArray(CompletableFuture[]::new))
        .thenApply(
            all -> {
              Map<String, Outcome<BotReport>> outcomes = new LinkedHashMap<>();
              running.forEach((botId, outcome) -> outcomes.put(botId, outcome.join()));
              return new BatchReport(outcomes);
            });
  }
}
