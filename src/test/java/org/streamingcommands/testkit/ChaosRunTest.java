package org.streamingcommands.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;
import org.streamingcommands.support.TestNode;

/**
 * The promises hold while everything breaks at random. {@code -Dchaos.seed=…} repeats a run, {@code
 * -Dchaos.minutes=…} goes on with other seeds for so long.
 */
class ChaosRunTest {
  private static final String[] NODE = {
    "connection.ping-interval = 200 ms",
    "connection.ping-timeout = 400 ms",
    "connection.queue-size = 20",
    "connection.queue-bytes = 1 MiB",
    "connection.queue-timeout = 500 ms",
    "connection.max-in-flight = 16",
    "connection.dedup-window = 10 m",
    "connection.dedup-size = 100000",
    "engine.idle-stop = 1 s",
    "engine.reattach-interval = 1 s"
  };

  @Test
  void everyPromiseIsKeptWhileEverythingBreaks() {
    long seed = Long.getLong("chaos.seed", ThreadLocalRandom.current().nextLong(1_000_000));
    long end = System.nanoTime() + Duration.ofMinutes(Long.getLong("chaos.minutes", 0)).toNanos();
    do {
      storm(ChaosSettings.of(seed++));
    } while (System.nanoTime() - end < 0);
  }

  private static void storm(ChaosSettings settings) {
    System.out.println("chaos seed " + settings.seed());
    ChaosReport report;
    try (TestNode node = TestNode.start(NODE)) {
      report =
          ChaosRun.run(
              settings, ChaosTarget.of(node.connections(), TestNode.SERVICE, node.edgeAddress()));
    }
    System.out.println(report);
    assertThat(report.violations()).as(report.toString()).isEmpty();
    assertThat(report.sends()).isGreaterThanOrEqualTo(settings.commands());
  }
}
