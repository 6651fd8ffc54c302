package org.streamingcommands.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.streamingcommands.client.CommandClientSettings;
import org.streamingcommands.client.RemoteConnections;
import org.streamingcommands.connection.Connections;
import org.streamingcommands.node.StreamingNode;
import org.streamingcommands.support.TestNode;

/**
 * The promises hold while everything breaks at random. {@code -Dchaos.seed=…} repeats a run, {@code
 * -Dchaos.minutes=…} goes on with other seeds for so long.
 */
class ChaosRunTest {
  private static final List<String> QUICK_AND_SMALL =
      List.of(
          "connection.ping-interval = 200 ms",
          "connection.ping-timeout = 400 ms",
          "connection.queue-size = 20",
          "connection.queue-bytes = 1 MiB",
          "connection.queue-timeout = 500 ms",
          "connection.max-in-flight = 16",
          "connection.dedup-window = 10 m",
          "connection.dedup-size = 100000",
          "connection.dedup-bytes = 64 MiB",
          "engine.reattach-interval = 1 s");

  /** Nodes that differ in what they do with clients that come and go. */
  private enum Node {
    /** As far as possible by the defaults. */
    REMEMBERS(Duration.ofMinutes(1)),
    /** Forgets so soon that entities stop and come to life all the time. */
    FORGETS(
        Duration.ofMillis(500),
        "connection.ping-strategy = INTERVAL",
        "connection.dedup-window = 2 s",
        "connection.resume-window = 400 ms",
        "engine.idle-stop = 20 ms"),
    /** Lets a second process in only once the first is gone. */
    REJECTS(Duration.ofMinutes(1), "connection.second-connection = REJECT_NEW");

    final Duration repeatWithin;
    final List<String> overrides;

    Node(Duration repeatWithin, String... overrides) {
      this.repeatWithin = repeatWithin;
      this.overrides = List.of(overrides);
    }

    TestNode start() {
      return TestNode.start(settings());
    }

    String[] settings() {
      List<String> all = new ArrayList<>(overrides);
      // Of two settings of one key the later counts.
      all.addAll(0, QUICK_AND_SMALL);
      return all.toArray(String[]::new);
    }
  }

  /** These once found commands out of order, ghosts, and clients that never came back. */
  @ParameterizedTest
  @EnumSource
  void whatOnceBrokeDoesNotBreakAgain(Node node) {
    storm(node, ChaosSettings.of(1).lasting(Duration.ofSeconds(8), 4_000));
  }

  @Test
  void everyPromiseIsKeptToSendersOfAnotherProcess() {
    long seed = Long.getLong("chaos.seed", ThreadLocalRandom.current().nextLong(1_000_000));
    ChaosSettings settings = ChaosSettings.of(seed).lasting(Duration.ofSeconds(8), 4_000);
    System.out.printf("chaos seed %d through the api%n", seed);
    String[] overrides = Node.REMEMBERS.settings();
    Config config =
        TestNode.config(overrides)
            .withFallback(ConfigFactory.parseString("streaming-commands.services.bots {}"));
    try (StreamingNode node = StreamingNode.start(config)) {
      ChaosTarget local =
          ChaosTarget.of(Connections.get(node.system()), TestNode.SERVICE, node.edgeAddress());
      String api = "127.0.0.1:" + node.apiAddress().getPort();
      check(settings, local.through(CommandClientSettings.of(api)));
    } finally {
      RemoteConnections.closeAll();
    }
  }

  @Test
  void everyPromiseIsKeptWhileEverythingBreaks() {
    long seed = Long.getLong("chaos.seed", ThreadLocalRandom.current().nextLong(1_000_000));
    long end = System.nanoTime() + Duration.ofMinutes(Long.getLong("chaos.minutes", 0)).toNanos();
    do {
      Node node = Node.values()[(int) Math.floorMod(seed, (long) Node.values().length)];
      storm(node, ChaosSettings.of(seed++));
    } while (System.nanoTime() - end < 0);
  }

  private static void storm(Node kind, ChaosSettings quickest) {
    ChaosSettings settings = quickest.repeatingWithin(kind.repeatWithin);
    System.out.printf("chaos seed %d on a node that %s%n", settings.seed(), kind);
    try (TestNode node = kind.start()) {
      check(settings, ChaosTarget.of(node.connections(), TestNode.SERVICE, node.edgeAddress()));
    }
  }

  private static void check(ChaosSettings settings, ChaosTarget target) {
    ChaosReport report = ChaosRun.run(settings, target);
    System.out.println(report);
    assertThat(report.violations()).as(report.toString()).isEmpty();
    assertThat(report.sends()).isGreaterThanOrEqualTo(settings.commands());
  }
}
