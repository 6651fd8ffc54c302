package org.streamingcommands.cli.demo;

import com.google.protobuf.Message;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.streamingcommands.cli.OutcomeText;
import org.streamingcommands.client.SendOptions;
import org.streamingcommands.client.StreamingCommandClient;
import org.streamingcommands.client.StreamingCommandClient.Mode;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.command.Reason;
import org.streamingcommands.examples.bots.v1.BotReport;
import org.streamingcommands.examples.bots.v1.BotStatus;

/**
 * What the demo sends, the same lines in both modes: only how the clients are made differs. Every
 * row says whether its outcome is the one that was meant.
 */
final class Script {
  private static final SendOptions OPTIONS = SendOptions.defaults();
  private static final SendOptions IMPATIENT = OPTIONS.withTimeout(Duration.ofMillis(500));

  private final Mode mode;
  private final Function<String, StreamingCommandClient<Message>> clients;
  private final List<Row> rows = new ArrayList<>();

  Script(Mode mode, Function<String, StreamingCommandClient<Message>> clients) {
    this.mode = mode;
    this.clients = clients;
  }

  List<Row> run() {
    // The first send opens what later ones use; its row would tell of that and not of a send.
    ask("bot-1", Bots.configure(), OPTIONS).join();

    row("START", "bot-1", Bots.start(), Script::runs);
    row("CONFIG_UPDATE, whole", "bot-1", Bots.configure(), report -> limit(report).equals("5"));
    row("CONFIG_UPDATE, max_orders", "bot-1", Bots.limitOrders(9), Script::onlyLimitChanged);
    batchStart();
    row("STOP, graceful", "bot-2", Bots.stop(true), Script::stands);
    row("STOP, at once", "bot-3", Bots.stop(false), Script::stands);
    row("RESTART", "bot-4", Bots.restart(), Script::runs);
    failure("START", "nobody", Bots.start(), Reason.NOT_CONNECTED);
    failure("STOP, never answered", Bots.HANGING, Bots.stop(true), Reason.TIMED_OUT);
    return List.copyOf(rows);
  }

  /** How long an ask takes, over the whole fleet. */
  Latency measure() {
    List<StreamingCommandClient<Message>> fleet =
        IntStream.rangeClosed(1, Bots.COUNT).mapToObj(Bots::id).map(clients).toList();
    return Latency.measure(fleet, Bots.limitOrders(7), BotReport.class);
  }

  private void row(String name, String bot, Message command, Predicate<BotReport> expected) {
    long start = System.nanoTime();
    Outcome<BotReport> outcome = ask(bot, command, OPTIONS).join();
    add(name, bot, OutcomeText.kind(outcome), start, completed(outcome, expected));
  }

  private void failure(String name, String bot, Message command, Reason expected) {
    long start = System.nanoTime();
    Outcome<BotReport> outcome = ask(bot, command, IMPATIENT).join();
    boolean good =
        outcome instanceof Outcome.Undelivered<BotReport> undelivered
            && undelivered.reason() == expected;
    add(name, bot, OutcomeText.kind(outcome), start, good);
  }

  private void batchStart() {
    long start = System.nanoTime();
    List<CompletableFuture<Outcome<BotReport>>> asks =
        IntStream.rangeClosed(1, Bots.COUNT)
            .mapToObj(number -> ask(Bots.id(number), Bots.start(), OPTIONS))
            .toList();
    long good = asks.stream().filter(ask -> completed(ask.join(), Script::runs)).count();
    String text = "%d succeeded, %d failed".formatted(good, asks.size() - good);
    add("START, batch", "bot-1 to bot-10", text, start, good == asks.size());
  }

  private CompletableFuture<Outcome<BotReport>> ask(
      String bot, Message command, SendOptions options) {
    return clients.apply(bot).ask(command, BotReport.class, options);
  }

  private void add(String command, String bot, String outcome, long start, boolean asExpected) {
    rows.add(new Row(command, bot, mode, outcome, System.nanoTime() - start, asExpected));
  }

  private static boolean completed(Outcome<BotReport> outcome, Predicate<BotReport> expected) {
    return outcome instanceof Outcome.Completed<BotReport> completed
        && expected.test(completed.result());
  }

  private static boolean runs(BotReport report) {
    return report.getStatus() == BotStatus.BOT_STATUS_RUNNING;
  }

  private static boolean stands(BotReport report) {
    return report.getStatus() == BotStatus.BOT_STATUS_STOPPED;
  }

  private static boolean onlyLimitChanged(BotReport report) {
    return limit(report).equals("9") && report.containsConfig("symbol");
  }

  private static String limit(BotReport report) {
    return report.getConfigOrDefault(Bots.MAX_ORDERS, "");
  }
}
