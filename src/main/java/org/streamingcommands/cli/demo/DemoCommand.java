package org.streamingcommands.cli.demo;

import com.google.gson.JsonObject;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.streamingcommands.cli.Logging;
import org.streamingcommands.cli.ProgressLine;
import org.streamingcommands.cli.TextTable;
import org.streamingcommands.client.StreamingCommandClient;
import org.streamingcommands.client.StreamingCommandClient.Mode;
import org.streamingcommands.node.StreamingNode;
import org.streamingcommands.process.ChildJvm;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Shows the whole job at once: a node, bots that dial in, commands in both modes. */
@Command(
    name = "demo",
    description = {
      "A node, ten bots in a second JVM, commands from this JVM and from a third.",
      "Ends by itself; exit code 0 when every outcome was the expected one."
    })
public final class DemoCommand implements Callable<Integer> {
  private static final int MAX_NODES = 9;

  // Set by picocli.
  @Spec private CommandSpec spec;

  @Option(
      names = "--nodes",
      paramLabel = "N",
      defaultValue = "1",
      description = {
        "More than one: a cluster on this machine, a JVM for each node, and a rolling restart of all",
        "of them while commands run. Exit code 0 when none of them failed."
      })
  private int nodes = 1;

  @Option(
      names = "--json",
      description =
          "Print an object a line, one a command and a last one; the rest goes to standard error.")
  private boolean json;

  @Override
  public Integer call() throws Exception {
    Logging.start("WARN");
    PrintWriter err = spec.commandLine().getErr();
    PrintWriter out = json ? err : spec.commandLine().getOut();
    long start = System.nanoTime();
    if (nodes < 1 || nodes > MAX_NODES) {
      throw new ParameterException(
          spec.commandLine(), "--nodes: must be 1 to %d, is %d".formatted(MAX_NODES, nodes));
    }
    if (nodes > 1) {
      return exitCode(new RollingDemo(nodes, out, err).run(), List.of(), start);
    }
    List<Row> rows = new ArrayList<>();
    out.println("Starting a node in this JVM.");
    try (StreamingNode node =
        ProgressLine.during(err, () -> "starting the node", () -> StreamingNode.start(config()))) {
      String edge = show(node.edgeAddress());
      String api = show(node.apiAddress());
      out.printf("  edge %s, for clients; api %s, for senders%n", edge, api);
      out.printf("Starting %d bots in a second JVM; they dial the edge over gRPC.%n", Bots.COUNT);
      try (ChildJvm bots = child("bots", "demo-bots", "--edge", edge)) {
        ProgressLine.during(err, () -> "waiting for the bots", () -> ready(bots));
        out.println("Sending from this JVM (local mode).");
        Script local =
            new Script(
                Mode.LOCAL, bot -> StreamingCommandClient.local(node.system(), Bots.SERVICE, bot));
        Latency localLatency =
            ProgressLine.during(err, () -> "warming up and measuring", local::measure);
        rows.addAll(local.run());
        out.println("Sending from a third JVM (remote mode).");
        Latency remoteLatency =
            ProgressLine.during(
                err, () -> "warming up and measuring", () -> sendRemotely(api, rows));
        report(out, rows, localLatency, remoteLatency);
      }
    }
    boolean good = rows.stream().allMatch(Row::asExpected);
    closingWords(out, good, (System.nanoTime() - start) / 1_000_000_000);
    return exitCode(good, rows, start);
  }

  private int exitCode(boolean good, List<Row> rows, long start) {
    if (json) {
      PrintWriter out = spec.commandLine().getOut();
      rows.forEach(row -> out.println(row.object()));
      JsonObject end = new JsonObject();
      end.addProperty("good", good);
      end.addProperty("seconds", (System.nanoTime() - start) / 1_000_000_000);
      out.println(end);
    }
    return good ? 0 : 1;
  }

  /** Any free ports, no external service, and quiet. */
  private static Config config() {
    return ConfigFactory.parseString(
            """
            streaming-commands { edge.port = 0, api.port = 0, services { bots {} } }
            pekko.remote.artery.canonical.port = 0
            pekko.loglevel = WARNING
            """)
        .withFallback(StreamingNode.config(Optional.empty()))
        .resolve();
  }

  /** Short-lived: the simplest collector starts fastest and keeps the cores for the work. */
  private static ChildJvm child(String name, String... arguments) throws IOException {
    return ChildJvm.of(name, "org.streamingcommands.Main", arguments)
        .flags(List.of("-XX:+UseSerialGC"))
        .start();
  }

  private static boolean ready(ChildJvm bots) throws IOException {
    String line = bots.readLine();
    if (!line.equals(DemoBotsCommand.READY)) {
      throw new IOException("the bots' JVM said: " + line);
    }
    return true;
  }

  private static Latency sendRemotely(String api, List<Row> rows) throws IOException {
    try (ChildJvm sender = child("sender", "demo-sender", "--api", api)) {
      Latency latency = Latency.parse(sender.readLine());
      sender.readToEnd().stream().map(Row::parse).forEach(rows::add);
      return latency;
    }
  }

  private static void report(PrintWriter out, List<Row> rows, Latency local, Latency remote) {
    TextTable table = new TextTable("COMMAND", "CLIENT", "MODE", "OUTCOME", "TIME");
    rows.forEach(row -> table.row(row.cells()));
    out.println();
    table.lines().forEach(out::println);
    out.println();
    out.printf(
        "An ask, from the call to the client's answer, one at a time over %d clients; all JVMs share"
            + " %d cores:%n",
        Bots.COUNT, Runtime.getRuntime().availableProcessors());
    out.println("  local   " + local.show());
    out.println("  remote  " + remote.show());
    out.println();
  }

  private static void closingWords(PrintWriter out, boolean good, long seconds) {
    out.printf(
        good
            ? "Every outcome was the expected one, the two failures at the end included (%d s).%n"
            : "NOT every outcome was the expected one (%d s).%n",
        seconds);
    out.println(
        """
        Next, build the jar, and then have a node, a client and a sender in three terminals:
          mvn -q -B package -DskipTests
          java -jar target/streaming-commands.jar serve --config conf/application.conf
          java -jar target/streaming-commands.jar agent --service agents --id a1
          java -jar target/streaming-commands.jar send --service agents --id a1 \\
            --type google.protobuf.StringValue --json '"hello"'""");
  }

  private static String show(InetSocketAddress address) {
    return address.getAddress().getHostAddress() + ":" + address.getPort();
  }
}
