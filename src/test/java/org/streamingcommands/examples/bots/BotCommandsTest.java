package org.streamingcommands.examples.bots;

import static org.assertj.core.api.Assertions.assertThat;
import static org.streamingcommands.examples.bots.BotWorld.get;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.command.Reason;
import org.streamingcommands.examples.bots.v1.BotCommand;
import org.streamingcommands.examples.bots.v1.BotReport;
import org.streamingcommands.examples.bots.v1.BotStatus;
import org.streamingcommands.service.SingleNode;

/** Real sockets, a real database file, one bot id per test. */
@Timeout(120)
class BotCommandsTest {
  @TempDir static Path directory;
  private static BotWorld world;
  private static BotCommands commands;

  @BeforeAll
  static void start() throws Exception {
    world = new BotWorld(directory);
    commands = world.commands();
  }

  @AfterAll
  static void stop() {
    world.close();
  }

  private static BotCommand nextCommand(Bot bot) throws InterruptedException {
    BotCommand command = bot.commands().poll(SingleNode.SECONDS, TimeUnit.SECONDS);
    assertThat(command).as("a command").isNotNull();
    return command;
  }

  // ---- start and stop -----------------------------------------------------------------------

  @Test
  void startIsStartingUntilTheBotAnswersAndRunningThen() throws Exception {
    Bot bot = world.connect("starts").temper(Bot.Temper.SILENT);
    CompletableFuture<Outcome<BotReport>> outcome = commands.start("starts");
    BotCommand command = nextCommand(bot);
    assertThat(command.hasStart()).isTrue();
    assertThat(command.getCreatedAt().getSeconds()).isPositive();
    assertThat(world.status("starts")).isEqualTo(BotStatus.BOT_STATUS_STARTING);
    bot.answer(command);
    assertThat(get(outcome).orElseThrow().getStatus()).isEqualTo(BotStatus.BOT_STATUS_RUNNING);
    assertThat(world.status("starts")).isEqualTo(BotStatus.BOT_STATUS_RUNNING);
  }

  @Test
  void stopIsStoppingUntilTheBotAnswersAndStoppedThen() throws Exception {
    Bot bot = world.connect("stops");
    get(commands.start("stops"));
    nextCommand(bot);
    bot.temper(Bot.Temper.SILENT);
    CompletableFuture<Outcome<BotReport>> outcome = commands.stop("stops", true);
    BotCommand command = nextCommand(bot);
    assertThat(command.getStop().getGraceful()).isTrue();
    assertThat(world.status("stops")).isEqualTo(BotStatus.BOT_STATUS_STOPPING);
    bot.answer(command);
    assertThat(get(outcome).isCompleted()).isTrue();
    assertThat(world.status("stops")).isEqualTo(BotStatus.BOT_STATUS_STOPPED);
  }

  @Test
  void restartRunsTheBotAgainAndKeepsItsConfiguration() throws Exception {
    Bot bot = world.connect("restarts");
    get(commands.updateConfig("restarts", Map.of("speed", "9"), List.of()));
    nextCommand(bot);
    Outcome<BotReport> outcome = get(commands.restart("restarts"));
    assertThat(nextCommand(bot).hasRestart()).isTrue();
    assertThat(outcome.orElseThrow().getConfigMap()).containsExactly(Map.entry("speed", "9"));
    assertThat(world.status("restarts")).isEqualTo(BotStatus.BOT_STATUS_RUNNING);
  }

  // ---- what goes wrong ----------------------------------------------------------------------

  @Test
  void aBotThatIsNotConnectedGoesBackToItsStatus() throws Exception {
    get(world.store.add("away"));
    get(world.store.report("away", BotStatus.BOT_STATUS_RUNNING));
    assertUndelivered(get(commands.stop("away", false)), Reason.NOT_CONNECTED);
    assertThat(world.status("away")).isEqualTo(BotStatus.BOT_STATUS_RUNNING);
    assertUndelivered(get(commands.start("away")), Reason.NOT_CONNECTED);
    assertThat(world.status("away")).isEqualTo(BotStatus.BOT_STATUS_RUNNING);
  }

  @Test
  void aBotThatFailsIsInError() throws Exception {
    world.connect("fails").temper(Bot.Temper.FAILING);
    assertThat(get(commands.start("fails")))
        .isEqualTo(new Outcome.Failed<>("NO_FUEL", "the tank is empty"));
    assertThat(world.status("fails")).isEqualTo(BotStatus.BOT_STATUS_ERROR);
  }

  @Test
  void aBotThatNeverAnswersMayHaveRunAndIsInError() throws Exception {
    world.connect("mute").temper(Bot.Temper.SILENT);
    assertUndelivered(get(world.commands(Duration.ofMillis(300)).start("mute")), Reason.TIMED_OUT);
    assertThat(world.status("mute")).isEqualTo(BotStatus.BOT_STATUS_ERROR);
  }

  @Test
  void aSendThatThrowsLeavesTheBotInError() throws Exception {
    get(world.store.add("cursed"));
    BotLink broken =
        (botId, command) -> {
          throw new IllegalStateException("broken link");
        };
    Outcome<BotReport> outcome = get(new BotCommands(broken, world.store).start("cursed"));
    assertFailed(outcome, StatusTransition.EXCEPTION);
    assertThat(world.status("cursed")).isEqualTo(BotStatus.BOT_STATUS_ERROR);
  }

  @Test
  void aSendThatFailsLaterLeavesTheBotInError() throws Exception {
    get(world.store.add("cursed later"));
    BotLink broken =
        (botId, command) -> CompletableFuture.failedFuture(new IllegalStateException("broken"));
    Outcome<BotReport> outcome =
        get(new BotCommands(broken, world.store).stop("cursed later", true));
    assertFailed(outcome, StatusTransition.EXCEPTION);
    assertThat(world.status("cursed later")).isEqualTo(BotStatus.BOT_STATUS_ERROR);
  }

  @Test
  void aBotThatIsNotInTheDatabaseIsNotSentTo() throws Exception {
    BotLink unused =
        (botId, command) -> {
          throw new AssertionError("nothing may be sent");
        };
    BotCommands toNobody = new BotCommands(unused, world.store);
    assertFailed(get(toNobody.start("stranger")), StatusTransition.UNKNOWN_BOT);
    assertFailed(
        get(toNobody.updateConfig("stranger", Map.of(), List.of())), StatusTransition.UNKNOWN_BOT);
    assertThat(get(world.store.status("stranger"))).isEmpty();
  }

  @Test
  void whatTheBotReportsWhileItIsToldIsNotOverwritten() throws Exception {
    Bot bot = world.connect("talks").temper(Bot.Temper.SILENT);
    CompletableFuture<Outcome<BotReport>> outcome = commands.start("talks");
    BotCommand command = nextCommand(bot);
    get(world.store.report("talks", BotStatus.BOT_STATUS_ERROR));
    bot.answer(command);
    assertThat(get(outcome).isCompleted()).isTrue();
    assertThat(world.status("talks")).isEqualTo(BotStatus.BOT_STATUS_ERROR);
  }

  // ---- configuration ------------------------------------------------------------------------

  @Test
  void aConfigurationIsReplacedWholeOrByFields() throws Exception {
    world.connect("configured");
    get(commands.updateConfig("configured", Map.of("speed", "1", "colour", "red"), List.of()));
    assertThat(get(world.store.config("configured")))
        .containsOnly(Map.entry("speed", "1"), Map.entry("colour", "red"));

    // Only the named ones change; a named one without a value goes.
    get(
        commands.updateConfig(
            "configured", Map.of("speed", "2", "size", "9"), List.of("speed", "colour")));
    assertThat(get(world.store.config("configured"))).containsOnly(Map.entry("speed", "2"));

    get(commands.updateConfig("configured", Map.of("size", "3"), List.of()));
    assertThat(get(world.store.config("configured"))).containsOnly(Map.entry("size", "3"));
    assertThat(world.status("configured")).isEqualTo(BotStatus.BOT_STATUS_STOPPED);
  }

  @Test
  void aConfigurationThatWasNotTakenIsNotSaved() throws Exception {
    world.connect("stubborn").temper(Bot.Temper.FAILING);
    assertFailed(
        get(commands.updateConfig("stubborn", Map.of("speed", "1"), List.of())), "NO_FUEL");
    assertThat(get(world.store.config("stubborn"))).isEmpty();
  }

  // ---- batches ------------------------------------------------------------------------------

  @Test
  void aBatchCountsWhatWorkedAndWhatDidNot() throws Exception {
    world.connect("batch-1");
    world.connect("batch-2");
    get(world.store.add("batch-3"));
    List<String> all = List.of("batch-1", "batch-2", "batch-3");

    BatchReport started = get(commands.batchStart(all));
    assertThat(started.success()).isEqualTo(2);
    assertThat(started.failed()).isEqualTo(1);
    assertUndelivered(started.outcomes().get("batch-3"), Reason.NOT_CONNECTED);
    assertThat(world.status("batch-1")).isEqualTo(BotStatus.BOT_STATUS_RUNNING);
    assertThat(world.status("batch-3")).isEqualTo(BotStatus.BOT_STATUS_STOPPED);

    BatchReport configured =
        get(commands.batchUpdateConfig(all, Map.of("speed", "5"), List.of("speed")));
    assertThat(configured.success()).isEqualTo(2);
    assertThat(get(world.store.config("batch-2"))).containsOnly(Map.entry("speed", "5"));

    BatchReport stopped = get(commands.batchStop(all, true));
    assertThat(stopped.success()).isEqualTo(2);
    assertThat(stopped.failed()).isEqualTo(1);
    assertThat(world.status("batch-2")).isEqualTo(BotStatus.BOT_STATUS_STOPPED);
  }

  private static void assertUndelivered(Outcome<BotReport> outcome, Reason reason) {
    assertThat(outcome)
        .isInstanceOfSatisfying(
            Outcome.Undelivered.class,
            undelivered -> assertThat(undelivered.reason()).isEqualTo(reason));
  }

  private static void assertFailed(Outcome<BotReport> outcome, String code) {
    assertThat(outcome)
        .isInstanceOfSatisfying(
            Outcome.Failed.class, failed -> assertThat(failed.code()).isEqualTo(code));
  }
}
