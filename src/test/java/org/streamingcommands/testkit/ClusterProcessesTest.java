package org.streamingcommands.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The promises hold over real nodes, each in a JVM of its own, while they are restarted, killed,
 * halted and cut off. Takes minutes, so it is not part of a plain build: {@code mvn verify
 * -Pprocesses}. {@code -Dcluster.seed=…} repeats a load, {@code -Dcluster.rounds=…} goes on for so
 * many, {@code -Dcluster.trails=true} shows what befell some of those that failed.
 */
@Tag("processes")
class ClusterProcessesTest {
  private static final String SERVICE = "bots";

  /** What a node of some minutes' life needs to find out soon about the others. */
  private static final Map<String, String> QUICK =
      Map.of(
          "pekko.cluster.split-brain-resolver.stable-after", "4 s",
          "pekko.cluster.gossip-interval", "500 ms",
          "pekko.cluster.leader-actions-interval", "500 ms");

  @Test
  void aRollingRestartUnderLoadFailsNoAsk() {
    ClusterReport report =
        run(
            "rolling restart",
            ClusterSettings.of(seed()),
            false,
            run -> {
              for (int round = 0; round < rounds(); round++) {
                for (NodeProcess node : run.nodes().nodes()) {
                  node.stop();
                  node.start();
                  run.pass(Duration.ofSeconds(1));
                }
              }
            });
    assertThat(report.undelivered().size()).as(() -> report + report.undeliveredTrails()).isZero();
  }

  /** Deadlines are longer than what it takes the others to give a lost node up. */
  @Test
  void aNodeThatIsKilledCostsNoPromise() {
    run(
        "kill",
        ClusterSettings.of(seed()),
        true,
        run -> {
          for (int round = 0; round < rounds(); round++) {
            NodeProcess node = run.nodes().nodes().get((int) ((seed() + round) % 3));
            node.kill();
            run.pass(Duration.ofSeconds(20));
            node.start();
            run.pass(Duration.ofSeconds(5));
            awaitClients(run);
          }
        });
  }

  /** Deadlines are shorter than the standstill: these sends end without any news. */
  @Test
  void aNodeThatStandsStillForHalfAMinuteCostsNoPromise() {
    run(
        "pause",
        ClusterSettings.of(seed()).withTimeout(Duration.ofSeconds(8)),
        true,
        run -> {
          for (int round = 0; round < rounds(); round++) {
            NodeProcess node = run.nodes().nodes().get((int) ((seed() + round) % 3));
            run.disturbed("perhaps to a node that stands still");
            node.pause();
            run.pass(Duration.ofSeconds(30));
            node.resume();
            // It finds that the others gave it up, and stops.
            node.awaitEnd();
            node.start();
            run.pass(Duration.ofSeconds(5));
            awaitClients(run);
            run.healed();
          }
        });
  }

  /**
   * Shorter than what makes the others give a node up, and then longer. What others say to it is
   * lost, and its own word is not: should it give them up before they do so to it, all would be
   * said to be out of reach by somebody, and Pekko ends such nodes, which are all. So it waits
   * longer.
   */
  @Test
  void aNodeThatIsCutOffCostsNoPromise() {
    int cut = (int) (seed() % 3);
    run(
        "cut",
        ClusterSettings.of(seed()).withTimeout(Duration.ofSeconds(8)),
        Map.of(cut, Map.of("pekko.cluster.failure-detector.acceptable-heartbeat-pause", "10 s")),
        true,
        run -> {
          for (int round = 0; round < rounds(); round++) {
            NodeProcess node = run.nodes().nodes().get(cut);
            run.nodes().linksTo(cut).cut();
            run.pass(Duration.ofSeconds(3));
            run.nodes().linksTo(cut).halfOpen();
            run.pass(Duration.ofSeconds(2));
            run.nodes().linksTo(cut).heal();
            run.pass(Duration.ofSeconds(5));
            run.disturbed("perhaps to a node that is cut off");
            run.nodes().linksTo(cut).halfOpen();
            run.pass(Duration.ofSeconds(20));
            run.nodes().linksTo(cut).heal();
            node.awaitEnd();
            node.start();
            run.pass(Duration.ofSeconds(5));
            awaitClients(run);
            run.healed();
          }
        });
  }

  /** Nobody hears an end, and remoting goes on as it was: no node is lost, and no command. */
  @Test
  void trunksThatFallSilentFailNoAsk() {
    ClusterReport report =
        run(
            "silent trunks",
            ClusterSettings.of(seed()),
            false,
            run -> {
              for (int node = 0; node < 3; node++) {
                run.nodes().linksTo(node).halfOpenTrunk();
                run.pass(Duration.ofSeconds(8));
                run.nodes().linksTo(node).heal();
                run.pass(Duration.ofSeconds(2));
              }
            });
    assertThat(report.undelivered().size()).as(() -> report + report.undeliveredTrails()).isZero();
  }

  private static void awaitClients(ClusterRun run) {
    assertThat(run.awaitClients()).as("every client is back").isTrue();
  }

  private static ClusterReport run(
      String name, ClusterSettings settings, boolean losesNodes, Consumer<ClusterRun> scenario) {
    return run(name, settings, Map.of(), losesNodes, scenario);
  }

  private static ClusterReport run(
      String name,
      ClusterSettings settings,
      Map<Integer, Map<String, String>> own,
      boolean losesNodes,
      Consumer<ClusterRun> scenario) {
    Path logs = Path.of("target", "processes", name.replace(' ', '-'));
    ClusterReport report;
    try (NodeCluster nodes = NodeCluster.start(3, SERVICE, QUICK, own, logs)) {
      report = ClusterRun.run(settings, nodes, SERVICE, QUICK, losesNodes, scenario);
    }
    System.out.printf("%s: %s%n", name, report);
    if (Boolean.getBoolean("cluster.trails")) {
      System.out.println(report.undeliveredTrails());
    }
    // Not the collection's own assertion: it would print every trail there is.
    assertThat(report.violations().size()).as(report.toString()).isZero();
    assertThat(report.sends()).isGreaterThan(500);
    return report;
  }

  private static long seed() {
    return Long.getLong("cluster.seed", 1);
  }

  private static int rounds() {
    return Integer.getInteger("cluster.rounds", 1);
  }
}
