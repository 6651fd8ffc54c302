package org.streamingcommands.cli.demo;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.streamingcommands.cli.ProgressLine;
import org.streamingcommands.client.RemoteConnections;
import org.streamingcommands.process.ChildJvm;
import org.streamingcommands.testkit.NodeCluster;
import org.streamingcommands.testkit.NodeProcess;

/**
 * The demo of several nodes: all of them are restarted, one after the other, while commands run,
 * and none fails.
 */
final class RollingDemo {
  private static final Duration BOTS_LIVE = Duration.ofMinutes(15);

  private final int size;
  private final PrintWriter out;
  private final PrintWriter err;

  RollingDemo(int size, PrintWriter out, PrintWriter err) {
    this.size = size;
    this.out = out;
    this.err = err;
  }

  /** Whether no ask failed. */
  boolean run() throws IOException, InterruptedException {
    Path logs = Files.createTempDirectory("streaming-commands-demo");
    out.printf("Starting %d nodes, each in a JVM of its own; their logs are in %s.%n", size, logs);
    try (NodeCluster nodes =
        ProgressLine.during(
            err,
            () -> "starting the nodes",
            () -> NodeCluster.start(size, Bots.SERVICE, Map.of(), logs))) {
      for (NodeProcess node : nodes.nodes()) {
        out.printf("  %s  edge %s  api %s%n", node.name(), node.edge(), node.api());
      }
      String edges = String.join(",", nodes.edges());
      out.printf("Starting %d bots in one more JVM; they may dial every edge.%n", Bots.COUNT);
      try (ChildJvm bots =
          ChildJvm.of("bots", "org.streamingcommands.Main", "demo-bots", "--edge", edges)
              .life(BOTS_LIVE)
              .start()) {
        ProgressLine.during(err, () -> "waiting for the bots", bots::readLine);
        return restartAll(nodes);
      }
    }
  }

  private boolean restartAll(NodeCluster nodes) throws InterruptedException {
    out.println("Asking them without a pause from this JVM, through the apis of all nodes.");
    try (SteadyLoad load = new SteadyLoad(String.join(",", nodes.apis()))) {
      TimeUnit.SECONDS.sleep(2);
      for (NodeProcess node : nodes.nodes()) {
        restart(node, load);
        TimeUnit.SECONDS.sleep(2);
      }
      load.stop();
      out.printf(
          "All %d nodes were restarted: %d asks, %d failed; the slowest took %s.%n",
          size, load.asks(), load.failed(), seconds(load.slowest()));
      load.failures().forEach(failure -> out.println("  " + failure));
      return load.failed() == 0;
    } finally {
      RemoteConnections.closeAll();
    }
  }

  private void restart(NodeProcess node, SteadyLoad load) {
    long start = System.nanoTime();
    int before = load.asks();
    ProgressLine.during(err, () -> "stopping " + node.name(), () -> stop(node));
    Duration stopped = Duration.ofNanos(System.nanoTime() - start);
    ProgressLine.during(err, () -> "starting " + node.name(), node::start);
    Duration back = Duration.ofNanos(System.nanoTime() - start);
    out.printf(
        "  %s  stopped after %s, back after %s; %d asks meanwhile, %d failed so far%n",
        node.name(), seconds(stopped), seconds(back), load.asks() - before, load.failed());
  }

  private static boolean stop(NodeProcess node) {
    node.stop();
    return true;
  }

  private static String seconds(Duration time) {
    return String.format(Locale.ROOT, "%.1f s", time.toMillis() / 1000.0);
  }
}
