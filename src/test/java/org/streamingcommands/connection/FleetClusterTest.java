package org.streamingcommands.connection;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.StringValue;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.streamingcommands.command.ClientKey;
import org.streamingcommands.command.FleetSummary;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.command.Targets;
import org.streamingcommands.command.Waves;
import org.streamingcommands.support.Partition;
import org.streamingcommands.support.ScriptedFleet;
import org.streamingcommands.support.ScriptedFleet.Habit;
import org.streamingcommands.support.TestNode;

/** One command for many clients, whose streams and entities are on three nodes. */
class FleetClusterTest {
  private static final int CLIENTS = 120;
  private static final Map<String, String> EU = Map.of("zone", "eu");
  private static final Map<String, String> US = Map.of("zone", "us");
  private static final Map<String, String> CANARY = Map.of("zone", "eu", "canary", "yes");

  private final List<ScriptedFleet> fleets = new ArrayList<>();
  private final List<String> europeans = new ArrayList<>();
  private TestCluster cluster;
  private int lastCommand;

  @BeforeEach
  void start() {
    cluster =
        TestCluster.start(
            LossySerializer.CONFIG.withFallback(
                ConfigFactory.parseString(
                    Partition.CONFIG
                        // Nothing moves.
                        + "pekko.cluster.sharding.rebalance-interval = 10 m\n"
                        + "pekko.cluster.split-brain-resolver.stable-after = 10 m")));
    for (TestNode node : List.of(cluster.a, cluster.b, cluster.c)) {
      fleets.add(new ScriptedFleet(node.edgeAddress(), 2));
    }
    List<CompletableFuture<Void>> welcomes = new ArrayList<>();
    for (int i = 0; i < CLIENTS; i++) {
      String id = "eu-" + i;
      europeans.add(id);
      welcomes.add(fleets.get(home(i)).connect(id, Habit.ANSWERS, EU));
    }
    welcomes.add(fleets.get(0).connect("us-1", Habit.ANSWERS, US));
    welcomes.add(fleets.get(1).connect("canary-1", Habit.ANSWERS, CANARY));
    welcomes.forEach(TestNode::await);
  }

  /**
   * The node that a client dials. Not in turn: nodes take shards in turn, as clients come, and then
   * the entities of most would be where their streams are.
   */
  private static int home(int client) {
    return client * 3 / CLIENTS;
  }

  @AfterEach
  void stop() {
    fleets.forEach(ScriptedFleet::close);
    cluster.close();
  }

  @Test
  void eachChosenClientOfAnyNodeAnswersOnceAndNobodyElseIsAsked() {
    Sent sent = send(cluster.a, Targets.labels("zone=eu,!canary"), 10);
    assertThat(sent.silent).isEmpty();
    assertThat(sent.outcomes.keySet()).containsExactlyInAnyOrderElementsOf(europeans);
    sent.outcomes.forEach((id, outcome) -> assertThat(outcome).isEqualTo(completed(id)));
    assertThat(fleets.stream().mapToInt(ScriptedFleet::commands).sum()).isEqualTo(CLIENTS);
    assertThat(sent.summary.completed()).isEqualTo(CLIENTS);
  }

  @Test
  void clientsOfAnyNodeAreReachedByTheirIdsAndOneThatIsNotConnectedIsToldOf() {
    List<String> ids = new ArrayList<>(europeans);
    ids.add("nobody");
    Sent sent = send(cluster.b, Targets.ids(ids), 10);
    assertThat(sent.outcomes).hasSize(CLIENTS + 1);
    assertThat(sent.summary.completed()).isEqualTo(CLIENTS);
    assertThat(sent.outcomes.get("nobody")).isInstanceOf(Outcome.Undelivered.class);
  }

  @Test
  void thePayloadGoesToEachNodeOnceAndNotToEachClient() {
    assertPayloadGoesToEachNodeOnce(Targets.labels("zone=eu,!canary"));
  }

  @Test
  void soItDoesWhereTheClientsAreNamed() {
    assertPayloadGoesToEachNodeOnce(Targets.ids(europeans));
  }

  private void assertPayloadGoesToEachNodeOnce(Targets targets) {
    AtomicLong bytes = new AtomicLong();
    AtomicInteger payloads = new AtomicInteger();
    AtomicInteger single = new AtomicInteger();
    AtomicLong deliveredBytes = new AtomicLong();
    AtomicInteger delivered = new AtomicInteger();
    AtomicInteger told = new AtomicInteger();
    Runnable end =
        LossySerializer.witness(
            crossing -> {
              if (crossing.message() instanceof ClientConnection.Send) {
                single.incrementAndGet();
              } else if (crossing.message() instanceof Gateway.SendMany many) {
                bytes.addAndGet(crossing.bytes());
                payloads.addAndGet(many.payload() == null ? 0 : 1);
              } else if (crossing.message() instanceof Gateway.Deliver) {
                delivered.incrementAndGet();
                deliveredBytes.addAndGet(crossing.bytes());
              } else if (crossing.message() instanceof Gateway.PayloadTold) {
                told.incrementAndGet();
              }
            });
    int size = 20_000;
    Sent sent = send(cluster.a, targets, size);
    end.run();
    assertThat(sent.summary.completed()).isEqualTo(CLIENTS);
    assertThat(single).hasValue(0);
    assertThat(payloads).hasValue(2);
    assertThat(bytes.get()).isBetween(2L * size, 2L * size + CLIENTS * 400L);
    // From the entities to streams on other nodes, of three nodes that each has entities of.
    assertThat(told.get()).isBetween(1, 6);
    assertThat(delivered.get()).isGreaterThanOrEqualTo(entitiesElsewhere());
    assertThat(deliveredBytes.get()).isLessThan(delivered.get() * 600L);
  }

  /** Of how many clients the entity is on another node than the stream; nothing moves. */
  private int entitiesElsewhere() {
    List<TestNode> nodes = List.of(cluster.a, cluster.b, cluster.c);
    int elsewhere = 0;
    for (int i = 0; i < CLIENTS; i++) {
      ClientKey client = ClientKey.of(TestNode.SERVICE, europeans.get(i));
      elsewhere += nodes.get(home(i)).connections().entities().find(client) == null ? 1 : 0;
    }
    // How many is sharding's choice; that it is none would leave nothing to see here.
    assertThat(elsewhere).isPositive();
    return elsewhere;
  }

  @Test
  void whereThePayloadIsLostEachClientIsSentItsOwn() {
    CompletableFuture<Void> lost =
        LossySerializer.loseNext(
            message -> message instanceof Gateway.SendMany many && many.payload() != null);
    Sent sent = send(cluster.a, Targets.labels("zone=eu,!canary"), 10);
    assertThat(lost).isDone();
    assertThat(sent.summary.completed()).isEqualTo(CLIENTS);
    assertThat(fleets.stream().mapToInt(ScriptedFleet::commands).sum()).isEqualTo(CLIENTS);
  }

  @Test
  void whereAnEntitysPayloadIsLostOnItsWayToTheStreamsItIsSaidAgain() {
    CompletableFuture<Void> lost =
        LossySerializer.loseNext(message -> message instanceof Gateway.PayloadTold);
    Sent sent = send(cluster.a, Targets.ids(europeans), 10);
    assertThat(lost).isDone();
    assertThat(sent.summary.completed()).isEqualTo(CLIENTS);
    assertThat(fleets.stream().mapToInt(ScriptedFleet::commands).sum()).isEqualTo(CLIENTS);
  }

  @Test
  void aNodeThatDoesNotSayWhomItKnowsIsNamed() {
    Partition.cut(cluster.a.system(), cluster.c.system());
    Sent sent = send(cluster.a, Targets.labels("zone=eu,!canary"), 10);
    assertThat(sent.silent).containsExactly(cluster.c.connections().node());
    assertThat(sent.outcomes.size()).isLessThan(CLIENTS);
    Partition.heal(cluster.a.system(), cluster.c.system());
  }

  /** What was told of a send to many. */
  private record Sent(
      Set<String> silent, Map<String, Outcome<Any>> outcomes, FleetSummary summary) {}

  private Sent send(TestNode node, Targets targets, int size) {
    FleetPlan plan =
        new FleetPlan(
            TestNode.SERVICE,
            targets,
            Set.of(),
            TestNode.command("all-" + ++lastCommand, "x".repeat(size)),
            Duration.ofSeconds(5),
            Waves.none(),
            16);
    BlockingQueue<FleetStep> steps = new LinkedBlockingQueue<>();
    FleetSend send =
        new FleetSend(
            node.connections(),
            Sender.LOCAL,
            plan,
            fleet -> {
              for (FleetStep step = fleet.poll(); step != null; step = fleet.poll()) {
                steps.add(step);
              }
            });
    send.start();
    Set<String> silent = Set.of();
    Map<String, Outcome<Any>> outcomes = new TreeMap<>();
    while (true) {
      FleetStep step = next(steps);
      if (step instanceof FleetStep.Started started) {
        silent = started.silent();
      } else if (step instanceof FleetStep.Ended ended) {
        assertThat(outcomes.put(ended.clientId(), ended.outcome())).isNull();
      } else if (step instanceof FleetStep.Finished finished) {
        return new Sent(silent, outcomes, finished.summary());
      }
    }
  }

  private static FleetStep next(BlockingQueue<FleetStep> steps) {
    try {
      FleetStep step = steps.poll(TestNode.PATIENCE.toSeconds(), TimeUnit.SECONDS);
      assertThat(step).isNotNull();
      return step;
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static Outcome<Any> completed(String answer) {
    return new Outcome.Completed<>(Any.pack(StringValue.of(answer)));
  }
}
