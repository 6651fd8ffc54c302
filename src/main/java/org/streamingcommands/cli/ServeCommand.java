package org.streamingcommands.cli;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.streamingcommands.node.StreamingNode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Runs a node until it is told to stop. */
@Command(name = "serve", description = "Run a node. Ctrl-C stops it in order.")
final class ServeCommand implements Callable<Integer> {
  /** A stop hands over and says goodbye to every client; an operator's patience ends here. */
  private static final Duration STOP_PATIENCE = Duration.ofSeconds(100);

  // Set by picocli.
  @Spec private CommandSpec spec;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "What to change of the defaults, such as conf/application.conf.")
  private Optional<Path> file = Optional.empty();

  @Override
  public Integer call() throws Exception {
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    Logging.start("INFO");
    StreamingNode node =
        ProgressLine.during(err, () -> "starting", () -> StreamingNode.start(config()));
    Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(node, out, err), "node-stops"));
    describe(node, out);
    node.system().getWhenTerminated().toCompletableFuture().join();
    if (node.isStoppedOnPurpose()) {
      return ExitCode.OK;
    }
    throw new CliException(
        "the cluster took this node out, or its system failed; its log says why. Start it again");
  }

  private Config config() {
    file.filter(path -> !Files.isReadable(path))
        .ifPresent(
            path -> {
              throw new CliException("cannot read " + path);
            });
    try {
      return StreamingNode.config(file);
    } catch (ConfigException e) {
      throw new CliException("the configuration is wrong: " + Problems.describe(e), e);
    }
  }

  private static void describe(StreamingNode node, PrintWriter out) {
    String edge = show(node.edgeAddress());
    String api = show(node.apiAddress());
    TreeSet<String> services = new TreeSet<>(node.services().list());
    out.println("Streaming Commands " + Version.number());
    out.println("  edge      " + edge + "  (clients dial in here)");
    out.println("  api       " + api + "  (senders and operators call here)");
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
