package org.streamingcommands.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.streamingcommands.client.Sends.await;
import static org.streamingcommands.client.Sends.say;

import com.google.protobuf.StringValue;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
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

/** What a sender to many with several addresses hears when one of the nodes lets it down. */
@Timeout(90)
class RemoteFleetFailoverTest {
  private static final Outcome.Undelivered<com.google.protobuf.Any> AWAY =
      new Outcome.Undelivered<>(Reason.NOT_CONNECTED, Certainty.NOT_SENT, "not there");
  private static final Outcome.Undelivered<com.google.protobuf.Any> STOPPING =
      new Outcome.Undelivered<>(Reason.SHUTTING_DOWN, Certainty.NOT_SENT, "stopping");

  private final List<ScriptedNode> nodes = new ArrayList<>();
  private final List<ScriptedNode.HeardFleet> asked = new ArrayList<>();
  private final Heard heard = new Heard();

  @AfterEach
  void disconnect() {
    RemoteConnections.closeAll();
    nodes.forEach(ScriptedNode::close);
  }

  /** Keeps what it hears, and insists that it hears it once. */
  private static final class Heard implements FleetListener<StringValue> {
    final Map<String, Outcome<StringValue>> outcomes = new ConcurrentHashMap<>();
    final List<WaveReport> waves = new CopyOnWriteArrayList<>();
    final List<Integer> started = new CopyOnWriteArrayList<>();
    final List<String> twice = new CopyOnWriteArrayList<>();

    @Override
    public void started(String commandId, int targets) {
      started.add(targets);
    }

    @Override
    public void outcome(String clientId, Outcome<StringValue> outcome) {
      if (outcomes.put(clientId, outcome) != null) {
        twice.add(clientId);
      }
    }

    @Override
    public void waveEnded(WaveReport wave) {
      waves.add(wave);
    }
  }

  private CompletableFuture<FleetSummary> send(int count, Targets targets, FleetOptions options) {
    for (int i = 0; i < count; i++) {
      nodes.add(ScriptedNode.start());
    }
    return send(targets, options);
  }

  private CompletableFuture<FleetSummary> send(Targets targets, FleetOptions options) {
    String addresses =
        String.join(",", nodes.stream().map(node -> "127.0.0.1:" + node.port()).toList());
    return StreamingFleetClient.<StringValue>remote(CommandClientSettings.of(addresses), "bots")
        .sendToMany(say("go"), StringValue.class, targets, options, heard);
  }

  /** What any of the nodes is asked next. */
  private ScriptedNode.HeardFleet next() throws InterruptedException {
    while (true) {
      for (ScriptedNode node : nodes) {
        if (node.hasFleet()) {
          ScriptedNode.HeardFleet next = node.nextFleet();
          asked.add(next);
          return next;
        }
      }
      Thread.onSpinWait();
    }
  }

  private static Targets bots(int count) {
    return Targets.ids(IntStream.range(0, count).mapToObj(i -> "bot-" + i).toList());
  }

  @Test
  void anAddressWhereNobodyListensIsPassedOverAndLeavesNoDoubt() throws Exception {
    for (int i = 0; i < 20; i++) {
      nodes.clear();
      asked.clear();
      heard.outcomes.clear();
      ScriptedNode dead = ScriptedNode.start();
      nodes.add(dead);
      nodes.add(ScriptedNode.start());
      dead.close();
      var sending = send(bots(1), FleetOptions.defaults());
      next().started(1).outcome("bot-0", AWAY).summary(0);
      assertThat(await(sending).undelivered()).isEqualTo(Map.of(Reason.NOT_CONNECTED, 1));
      assertThat(((Outcome.Undelivered<?>) heard.outcomes.get("bot-0")).certainty())
          .isEqualTo(Certainty.NOT_SENT);
      nodes.forEach(ScriptedNode::close);
    }
  }

  @Test
  void thoseWithoutAnOutcomeAreAskedOfAnotherNodeUnderTheSameId() throws Exception {
    var sending = send(2, bots(5), FleetOptions.defaults());
    ScriptedNode.HeardFleet first = next();
    first.started(5).completed("bot-0").completed("bot-3").endStream(Status.UNAVAILABLE);
    ScriptedNode.HeardFleet second = next();
    assertThat(second.commandId()).isEqualTo(first.commandId()).isNotEmpty();
    assertThat(second.ids()).containsExactly("bot-1", "bot-2", "bot-4");
    second
        .started(3)
        .completed("bot-2")
        .outcome("bot-1", AWAY)
        .completed("bot-4")
        .waveEnded(1, 3, 1, false)
        .summary(0);
    FleetSummary summary = await(sending);
    assertThat(summary)
        .isEqualTo(
            new FleetSummary(first.commandId(), 5, 4, 0, 0, Map.of(Reason.NOT_CONNECTED, 1), 0));
    assertThat(heard.outcomes).hasSize(5);
    assertThat(heard.twice).isEmpty();
    assertThat(heard.started).containsExactly(5);
    assertThat(heard.waves).containsExactly(new WaveReport(1, 5, 1, false));
    // The node that died may have sent it to this one too.
    assertThat(((Outcome.Undelivered<?>) heard.outcomes.get("bot-1")).certainty())
        .isEqualTo(Certainty.SENT_UNCONFIRMED);
  }

  @Test
  void labelsChooseAgainAmongThoseWithoutAnOutcome() throws Exception {
    var sending =
        send(2, Targets.labels("zone=eu"), FleetOptions.defaults().withExclude(Set.of("never")));
    next().started(3).completed("bot-0").endStream(Status.UNAVAILABLE);
    ScriptedNode.HeardFleet second = next();
    assertThat(second.request().getSelector()).isEqualTo("zone=eu");
    assertThat(second.request().getExcludeClientIdsList())
        .containsExactlyInAnyOrder("never", "bot-0");
    second.started(1).completed("bot-2").waveEnded(1, 1, 0, false).summary(0);
    FleetSummary summary = await(sending);
    assertThat(summary.targets()).isEqualTo(2);
    assertThat(summary.isCompleted()).isTrue();
  }

  @Test
  void theWavesGoOnWhereTheyWere() throws Exception {
    var sending =
        send(2, bots(10), FleetOptions.defaults().withWaves(Waves.parse("10%,50%,100%", 50)));
    next()
        .started(10)
        .completed("bot-0")
        .waveEnded(1, 1, 0, false)
        .completed("bot-1")
        .completed("bot-2")
        .endStream(Status.UNAVAILABLE);
    ScriptedNode.HeardFleet second = next();
    Waves left =
        new Waves(
            second.request().getWaves().getPercentsList(),
            second.request().getWaves().getMaxFailurePercent());
    // Two more make half of ten, of the seven that are left.
    assertThat(left.end(0, 7)).isEqualTo(2);
    assertThat(left.end(1, 7)).isEqualTo(7);
    assertThat(left.percents()).hasSize(2);
    second.started(7).completed("bot-3").completed("bot-4").waveEnded(1, 2, 0, false);
    for (int i = 5; i < 10; i++) {
      second.completed("bot-" + i);
    }
    second.waveEnded(2, 5, 0, false).summary(0);
    assertThat(await(sending).isCompleted()).isTrue();
    assertThat(heard.waves)
        .containsExactly(
            new WaveReport(1, 1, 0, false),
            new WaveReport(2, 4, 0, false),
            new WaveReport(3, 5, 0, false));
  }

  @Test
  void aNodeThatDiesAfterTheLastOutcomeTakesNothingWithIt() throws Exception {
    var sending = send(2, bots(2), FleetOptions.defaults());
    next().started(2).completed("bot-0").completed("bot-1").endStream(Status.UNAVAILABLE);
    assertThat(await(sending).isCompleted()).isTrue();
    assertThat(heard.waves).containsExactly(new WaveReport(1, 2, 0, false));
    assertThat(nodes).noneMatch(ScriptedNode::hasFleet);
  }

  @Test
  void whomAStoppingNodeRefusesAnotherOneReaches() throws Exception {
    var sending = send(2, bots(3), FleetOptions.defaults());
    next()
        .started(3)
        .completed("bot-0")
        .outcome("bot-1", STOPPING)
        .outcome("bot-2", STOPPING)
        .waveEnded(1, 3, 2, false)
        .summary(0);
    ScriptedNode.HeardFleet second = next();
    assertThat(second.ids()).containsExactly("bot-1", "bot-2");
    second
        .started(2)
        .completed("bot-1")
        .outcome("bot-2", AWAY)
        .waveEnded(1, 2, 1, false)
        .summary(0);
    assertThat(await(sending).completed()).isEqualTo(2);
    assertThat(heard.waves).containsExactly(new WaveReport(1, 3, 1, false));
    // Nobody passed it on to this one.
    assertThat(((Outcome.Undelivered<?>) heard.outcomes.get("bot-2")).certainty())
        .isEqualTo(Certainty.NOT_SENT);
  }

  @Test
  void aRefusalThatNoNodeMendsIsTheOutcome() throws Exception {
    var sending = send(2, bots(1), FleetOptions.defaults());
    for (int i = 0; i < 2; i++) {
      next().started(1).outcome("bot-0", STOPPING).waveEnded(1, 1, 1, false).summary(0);
    }
    FleetSummary summary = await(sending);
    assertThat(summary.undelivered()).isEqualTo(Map.of(Reason.SHUTTING_DOWN, 1));
    assertThat(heard.waves).containsExactly(new WaveReport(1, 1, 1, false));
  }

  @Test
  void aWaveWithTooManyFailuresIsNotCarriedOnElsewhere() throws Exception {
    var sending = send(2, bots(10), FleetOptions.defaults().withWaves(Waves.parse("50%,100%", 0)));
    next().started(10).completed("bot-0").outcome("bot-1", AWAY).endStream(Status.UNAVAILABLE);
    assertThat(failure(sending).certainty()).isEqualTo(Certainty.SENT_UNCONFIRMED);
    assertThat(nodes).noneMatch(ScriptedNode::hasFleet);
  }

  @Test
  void whereEveryNodeDiesTheFutureSaysSo() throws Exception {
    var sending = send(2, bots(3), FleetOptions.defaults());
    next().started(3).completed("bot-0").endStream(Status.UNAVAILABLE);
    next().started(2).endStream(Status.UNAVAILABLE);
    next().endStream(Status.UNAVAILABLE);
    var end = failure(sending);
    assertThat(end.reason()).isEqualTo(Reason.NODE_UNREACHABLE);
    assertThat(end.certainty()).isEqualTo(Certainty.SENT_UNCONFIRMED);
    assertThat(heard.outcomes).containsOnlyKeys("bot-0");
  }

  private static Outcome.Undelivered<?> failure(CompletableFuture<FleetSummary> sending)
      throws Exception {
    try {
      throw new AssertionError("ended with " + await(sending));
    } catch (ExecutionException e) {
      return (Outcome.Undelivered<?>) ((CommandException) e.getCause()).outcome();
    }
  }
}
