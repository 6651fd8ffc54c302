package org.streamingcommands.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.typesafe.config.Config;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.streamingcommands.node.ConfigCheck;
import org.streamingcommands.node.StreamingNode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Runs a node until it is told to stop. */
@Command(name = "serve", description = "Run a node. Ctrl-C stops it in order.")
final class ServeCommand implements Callable<Integer> {
  /** The first node waits so long for others, with Pekko's 5 s of seed-node-timeout. */
  private static final Duration SOON = Duration.ofSeconds(9);

  /** A stop hands over and says goodbye to every client; an operator's patience ends here. */
  private static final Duration STOP_PATIENCE = Duration.ofSeconds(100);

  // Set by picocli.
  @Spec private CommandSpec spec;

  @Mixin private ConfigOption config = new ConfigOption();
  @Mixin private OutputOption output = new OutputOption();

  @Override
  public Integer call() throws Exception {
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    Config checked = checked();
    Logging.start("INFO");
    StreamingNode node =
        ProgressLine.during(err, doing(checked), () -> StreamingNode.start(checked));
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(() -> stop(node, output.isJson() ? err : out, err), "node-stops"));
    if (output.isJson()) {
      out.println(object(node));
    } else {
      describe(node, checked, out);
    }
    node.system().getWhenTerminated().toCompletableFuture().join();
    if (node.isStoppedOnPurpose()) {
      return ExitCode.OK;
    }
    throw new CliException(
        "the cluster took this node out, or its system failed; its log says why. Start it again");
  }

  /**
   * A node that joins others may have to wait, and whoever waits with it wants to know what for.
   */
  private static Supplier<String> doing(Config config) {
    if (config.getList("pekko.cluster.seed-nodes").isEmpty()) {
      return () -> "starting";
    }
    long start = System.nanoTime();
    return () ->
        System.nanoTime() - start < SOON.toNanos()
            ? "starting"
            : "joining the cluster, which lets nobody in while one of its nodes cannot be reached";
  }

  private Config checked() {
    Config read = config.read();
    List<String> problems = ConfigCheck.problems(read);
    if (!problems.isEmpty()) {
      problems.forEach(spec.commandLine().getErr()::println);
      throw new CliException("the configuration is wrong, so no node was started");
    }
    return read;
  }

  /** One object, once the node takes clients and commands. */
  private static JsonObject object(StreamingNode node) {
    JsonArray services = new JsonArray();
    new TreeSet<>(node.services().list()).forEach(services::add);
    JsonObject object = new JsonObject();
    object.addProperty("event", "ready");
    object.addProperty("version", Version.number());
    object.addProperty("edge", show(node.edgeAddress()));
    object.addProperty("api", show(node.apiAddress()));
    node.metricsAddress().ifPresent(metrics -> object.addProperty("metrics", show(metrics)));
    object.add("services", services);
    return object;
  }

  private static void describe(StreamingNode node, Config config, PrintWriter out) {
    String edge = show(node.edgeAddress());
    String api = show(node.apiAddress());
    TreeSet<String> services = new TreeSet<>(node.services().list());
    out.println("Streaming Commands " + Version.number());
    out.println("  edge      " + edge + "  (clients dial in here)");
    out.println("  api       " + api + "  (senders and operators call here)");
    if (config.getBoolean("streaming-commands.api.dashboard")) {
      boolean isTls = !config.getString("streaming-commands.api.tls.certificate").isEmpty();
      out.println("  dashboard " + (isTls ? "https://" : "http://") + api + "/");
    }
    node.metricsAddress()
        .ifPresent(metrics -> out.println("  metrics   http://" + show(metrics) + "/metrics"));
    out.println("  services  " + (services.isEmpty() ? "none" : String.join(", ", services)));
    if (services.isEmpty()) {
      out.println("No service is configured, so no client can connect: see --config.");
    } else {
      String who = " --service " + services.first() + " --id a1";
      out.println("In two other terminals:");
      out.println("  java -jar target/streaming-commands.jar agent" + who + " --edge " + edge);
      out.println(
          "  java -jar target/streaming-commands.jar send"
              + who
              + " --api "
              + api
              + " --type google.protobuf.StringValue --json '\"hello\"'");
    }
    out.println("Ready. Ctrl-C stops it.");
  }

  private static String show(InetSocketAddress address) {
    String host = address.getAddress().getHostAddress();
    return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + address.getPort();
  }

  private static void stop(StreamingNode node, PrintWriter out, PrintWriter err) {
    if (!node.system().getWhenTerminated().toCompletableFuture().isDone()) {
      out.println("Stopping.");
    }
    try {
      ProgressLine.during(
          err,
          () -> "saying goodbye",
          () ->
              node.stop()
                  .toCompletableFuture()
                  .orTimeout(STOP_PATIENCE.toSeconds(), TimeUnit.SECONDS)
                  .join());
      out.println("Stopped.");
    } catch (CompletionException e) {
      err.println("streaming-commands: the node did not stop in order: " + Problems.describe(e));
    }
  }
}
