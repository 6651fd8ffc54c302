package org.streamingcommands.cli.demo;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.streamingcommands.cli.Logging;
import org.streamingcommands.client.CommandClientSettings;
import org.streamingcommands.client.RemoteConnections;
import org.streamingcommands.client.StreamingCommandClient;
import org.streamingcommands.client.StreamingCommandClient.Mode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * The demo's third JVM: a sender without an actor system. Prints its latency, then a line for each
 * row.
 */
@Command(name = "demo-sender", hidden = true, description = "The remote sender of the demo.")
public final class DemoSenderCommand implements Callable<Integer> {
  // Set by picocli.
  @Spec private CommandSpec spec;

  @Option(names = "--api", required = true, description = "The api to call.")
  private String api = "";

  @Override
  public Integer call() {
    Logging.start("WARN");
    PrintWriter out = spec.commandLine().getOut();
    CommandClientSettings settings = CommandClientSettings.of(api);
    Script script =
        new Script(Mode.REMOTE, bot -> StreamingCommandClient.remote(settings, Bots.SERVICE, bot));
    out.println(script.measure().line());
    script.run().forEach(row -> out.println(row.line()));
    RemoteConnections.closeAll();
    return 0;
  }
}
