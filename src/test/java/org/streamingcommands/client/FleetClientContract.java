package org.streamingcommands.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.streamingcommands.support.TestNode.await;

import com.google.protobuf.Int32Value;
import com.google.protobuf.StringValue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.streamingcommands.command.Certainty;
import org.streamingcommands.command.CommandException;
import org.streamingcommands.command.FleetListener;
import org.streamingcommands.command.FleetSummary;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.command.Reason;
import org.streamingcommands.command.Targets;
import org.streamingcommands.command.WaveReport;
import org.streamingcommands.command.Waves;
import org.streamingcommands.node.StreamingNode;
import org.streamingcommands.support.ScriptedFleet;
import org.streamingcommands.support.ScriptedFleet.Habit;
import org.streamingcommands.support.TestNode;
import org.streamingcommands.testkit.ScriptedClient;

/** What a sender to many may rely on, the same in both modes: a subclass says which. */
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class FleetClientContract {
  private static final StringValue HI = StringValue.of("hi");
  private static final int MANY = 300;

  StreamingNode node;
  private ScriptedFleet fleet;

  abstract StreamingFleetClient<StringValue> client(StreamingNode node, String service);

  @BeforeAll
  void start() {
    node = StreamingNode.start(TestNode.config("services.bots {}"));
    fleet =
        new ScriptedFleet(node.edgeAddress(), 2)
            .with("good", Habit.ANSWERS, Map.of("zone", "eu"))
            .with("fine", Habit.ANSWERS, Map.of("zone", "eu"))
            .with("bad", Habit.FAILS, Map.of("zone", "us"))
            .with("mute", Habit.IS_SILENT, Map.of("zone", "sea"));
    IntStream.range(0, MANY)
        .forEach(i -> fleet.with("many-" + i, Habit.ANSWERS, Map.of("zone", "many")));
  }

  @AfterAll
  void stop() {
    fleet.close();
    node.close();
    RemoteConnections.closeAll();
  }

  private StreamingFleetClient<StringValue> bots() {
    return client(node, "bots");
  }

  /** Keeps what it hears. */
  private static final class Heard implements FleetListener<StringValue> {
    final Map<String, Outcome<StringValue>> outcomes = new ConcurrentHashMap<>();
    final List<WaveReport> waves = new CopyOnWriteArrayList<>();
    final AtomicInteger targets = new AtomicInteger();

    @Override
    public void started(String commandId, int count) {
      targets.set(count);
    }

    @Override
    public void outcome(String clientId, Outcome<StringValue> outcome) {
      assertThat(outcomes.put(clientId, outcome)).isNull();
    }

    @Override
    public void waveEnded(WaveReport wave) {
      waves.add(wave);
    }
  }

  @Test
  void everyClientsOutcomeIsToldAndTheSummaryAddsUp() {
    Heard heard = new Heard();
    FleetOptions options =
        FleetOptions.defaults()
            .withCommand(SendOptions.defaults().withTimeout(Duration.ofMillis(300)));
    FleetSummary summary =
        await(
            bots()
                .sendToMany(
                    HI,
                    StringValue.class,
                    Targets.ids("good", "bad", "mute", "absent"),
                    options,
                    heard));
    assertThat(heard.targets).hasValue(4);
    assertThat(heard.outcomes.get("good").orElseThrow().getValue()).isEqualTo("good");
    assertThat(heard.outcomes.get("bad")).isInstanceOf(Outcome.Failed.class);
    assertThat(heard.waves).containsExactly(new WaveReport(1, 4, 3, false));
    assertThat(summary)
        .isEqualTo(
            new FleetSummary(
                summary.commandId(),
                4,
                1,
                1,
                0,
                Map.of(Reason.TIMED_OUT, 1, Reason.NOT_CONNECTED, 1),
                0));
    assertThat(summary.undeliveredInAll()).isEqualTo(2);
    assertThat(summary.isCompleted()).isFalse();
  }

  @Test
  void labelsChooseAndTheExcludedAreLeftOut() {
    Heard heard = new Heard();
    FleetOptions options = FleetOptions.defaults().withExclude(Set.of("fine"));
    FleetSummary summary =
        await(
            bots()
                .sendToMany(
                    HI, StringValue.class, Targets.labels("zone in (eu,us)"), options, heard));
    assertThat(heard.outcomes).containsOnlyKeys("good", "bad");
    assertThat(summary.targets()).isEqualTo(2);
  }

  @Test
  void wavesStopAtTooManyFailures() {
    Heard heard = new Heard();
    FleetOptions options = FleetOptions.defaults().withWaves(Waves.parse("25%, 50%, 100%", 0));
    FleetSummary summary =
        await(
            bots()
                .sendToMany(
                    HI,
                    StringValue.class,
                    Targets.ids("good", "bad", "fine", "absent"),
                    options,
                    heard));
    assertThat(heard.outcomes).containsOnlyKeys("good", "bad");
    assertThat(heard.waves)
        .containsExactly(new WaveReport(1, 1, 0, false), new WaveReport(2, 1, 1, true));
    assertThat(summary.skipped()).isEqualTo(2);
  }

  @Test
  void aListenerIsToldOneCallAtATimeAndWhatItThrowsChangesNothing() {
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    FleetSummary summary =
        await(
            bots()
                .sendToMany(
                    HI,
                    StringValue.class,
                    Targets.labels("zone=many"),
                    (clientId, outcome) -> {
                      most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                      inside.decrementAndGet();
                      throw new IllegalStateException("a listener's own trouble");
                    }));
    assertThat(summary.isCompleted()).isTrue();
    assertThat(summary.completed()).isEqualTo(MANY);
    assertThat(most).hasValue(1);
  }

  @Test
  void anAnswerOfAnotherTypeIsAFailureThatSaysSo() {
    List<Outcome<Int32Value>> outcomes = new ArrayList<>();
    await(
        bots()
            .sendToMany(
                HI,
                Int32Value.class,
                Targets.ids("good"),
                (clientId, outcome) -> outcomes.add(outcome)));
    assertThat(outcomes.toString()).contains(Outcome.UNEXPECTED_RESULT_TYPE);
  }

  @Test
  void theSameIdRunsOnceHoweverOftenItIsSent() {
    FleetOptions options =
        FleetOptions.defaults().withCommand(SendOptions.defaults().withCommandId("once"));
    Heard first = new Heard();
    await(bots().sendToMany(HI, StringValue.class, Targets.ids("fine"), options, first));
    int before = fleet.commandsOf("fine");
    Heard second = new Heard();
    await(bots().sendToMany(HI, StringValue.class, Targets.ids("fine"), options, second));
    assertThat(second.outcomes).isEqualTo(first.outcomes);
    assertThat(fleet.commandsOf("fine")).isEqualTo(before);
  }

  @Test
  void cancellingTheFutureSendsToNobodyElseAndCancelsWhatRuns() {
    try (ScriptedClient running = dial("running");
        ScriptedClient next = dial("next")) {
      CompletableFuture<FleetSummary> sending =
          bots()
              .sendToMany(
                  HI,
                  StringValue.class,
                  Targets.ids("running", "next"),
                  FleetOptions.defaults().withMaxConcurrency(1).withCancelOnAbandon(),
                  new Heard());
      String id = running.awaitCommand().getCommandId();
      sending.cancel(false);
      assertThat(running.awaitCancel().getCommandId()).isEqualTo(id);
      await(bots().sendToMany(HI, StringValue.class, Targets.ids("good"), new Heard()));
      assertThat(next.unreadCommands()).isZero();
    }
  }

  @Test
  void whatCannotBeCarriedOutFailsTheFutureWithItsReason() {
    assertRefused(
        client(node, "ships"), FleetOptions.defaults(), Reason.UNKNOWN_SERVICE, "service: ");
    assertRefused(
        bots(),
        FleetOptions.defaults().withMaxConcurrency(0),
        Reason.INVALID_COMMAND,
        "max_concurrency: ");
    assertRefused(
        bots(),
        FleetOptions.defaults()
            .withCommand(SendOptions.defaults().withTimeout(Duration.ofSeconds(-1))),
        Reason.INVALID_COMMAND,
        "timeout: ");
    assertRefused(
        bots(),
        FleetOptions.defaults().withCommand(SendOptions.defaults().withCommandId("x".repeat(101))),
        Reason.INVALID_COMMAND,
        "command_id: ");
  }

  private static void assertRefused(
      StreamingFleetClient<StringValue> client,
      FleetOptions options,
      Reason reason,
      String problem) {
    assertThat(failure(client, options))
        .isInstanceOfSatisfying(
            Outcome.Undelivered.class,
            refused -> {
              assertThat(refused.reason()).isEqualTo(reason);
              assertThat(refused.certainty()).isEqualTo(Certainty.NOT_SENT);
              assertThat(refused.message()).startsWith(problem);
            });
  }

  /** Why a send to many did not come to a summary. */
  static Outcome<?> failure(StreamingFleetClient<StringValue> client, FleetOptions options) {
    CompletableFuture<Outcome<?>> failed = new CompletableFuture<>();
    client
        .sendToMany(HI, StringValue.class, Targets.ids("good"), options, new Heard())
        .whenComplete(
            (summary, failure) -> {
              if (failure instanceof CommandException refused) {
                failed.complete(refused.outcome());
              } else {
                failed.completeExceptionally(new AssertionError("ended with " + summary, failure));
              }
            });
    return await(failed);
  }

  ScriptedClient dial(String clientId) {
    ScriptedClient client = ScriptedClient.dial(node.edgeAddress());
    client.hello("bots", clientId).awaitWelcome();
    return client;
  }
}
