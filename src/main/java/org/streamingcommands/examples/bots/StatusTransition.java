package org.streamingcommands.examples.bots;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamingcommands.command.Certainty;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.examples.bots.v1.BotReport;
import org.streamingcommands.examples.bots.v1.BotStatus;

/**
 * What goes around a send that changes a bot's status: saves the status before and after, logs, and
 * turns what is thrown into an outcome.
 *
 * <ul>
 *   <li>completed: {@code done};
 *   <li>never sent, or cancelled: the status before;
 *   <li>failed, thrown, or sent and never answered: ERROR, for a person to look at; what the bot
 *       reports later corrects it.
 * </ul>
 *
 * @param during the status while the command is under way
 * @param done the status once it is completed
 */
record StatusTransition(BotStatus during, BotStatus done) {
  /** The code of the outcome of a send that threw. */
  static final String EXCEPTION = "EXCEPTION";

  /** The code of the outcome for a bot that is not in the database. */
  static final String UNKNOWN_BOT = "UNKNOWN_BOT";

  private static final Logger log = LoggerFactory.getLogger(StatusTransition.class);

  /**
   * @return the send's outcome once the status is saved; never completed exceptionally
   */
  CompletableFuture<Outcome<BotReport>> around(
      BotStore store, String botId, Supplier<CompletableFuture<Outcome<BotReport>>> send) {
    return store
        .begin(botId, during)
        .thenCompose(
            before ->
                before.isEmpty()
                    ? CompletableFuture.completedFuture(unknown(botId))
                    : sendAndSave(store, botId, before, send))
        .exceptionally(e -> thrown(botId, e));
  }

  private CompletableFuture<Outcome<BotReport>> sendAndSave(
      BotStore store,
      String botId,
      Optional<BotStatus> before,
      Supplier<CompletableFuture<Outcome<BotReport>>> send) {
    return guarded(botId, send)
        .thenCompose(
            outcome -> {
              BotStatus after = after(outcome, before.orElse(BotStatus.BOT_STATUS_STOPPED));
              log.info("bot {}: {} after {}", botId, after, outcome);
              return store.end(botId, during, after).thenApply(saved -> outcome);
            });
  }

  private BotStatus after(Outcome<BotReport> outcome, BotStatus before) {
    if (outcome.isCompleted()) {
      return done;
    }
    boolean neverRan =
        outcome instanceof Outcome.Cancelled<BotReport>
            || outcome instanceof Outcome.Undelivered<BotReport> undelivered
                && undelivered.certainty() == Certainty.NOT_SENT;
    return neverRan ? before : BotStatus.BOT_STATUS_ERROR;
  }

  /** The send's outcome, also where it throws. */
  static CompletableFuture<Outcome<BotReport>> guarded(
      String botId, Supplier<CompletableFuture<Outcome<BotReport>>> send) {
    try {
      return send.get().exceptionally(e -> thrown(botId, e));
    } catch (RuntimeException e) {
      return CompletableFuture.completedFuture(thrown(botId, e));
    }
  }

  private static Outcome<BotReport> thrown(String botId, Throwable e) {
    log.error("bot {}: the command could not be carried out", botId, e);
    return new Outcome.Failed<>(EXCEPTION, e.toString());
  }

  static Outcome<BotReport> unknown(String botId) {
    return new Outcome.Failed<>(UNKNOWN_BOT, "bot_id: '%s' is not known".formatted(botId));
  }
}
