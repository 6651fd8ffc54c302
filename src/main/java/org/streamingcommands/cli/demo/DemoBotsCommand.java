package org.streamingcommands.cli.demo;

import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.streamingcommands.agent.Agent;
import org.streamingcommands.cli.Logging;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The demo's second JVM: the fleet. Says {@link #READY} once all bots are connected. */
@Command(name = "demo-bots", hidden = true, description = "The bots of the demo.")
public final class DemoBotsCommand implements Callable<Integer> {
  static final String READY = "ready";

  // Set by picocli.
  @Spec private CommandSpec spec;

  @Option(
      names = "--edge",
      required = true,
      description = "The edge to dial; several with commas between.")
  private String edge = "";

  @Override
  public Integer call() {
    Logging.start("WARN");
    List<Agent> bots =
        IntStream.rangeClosed(1, Bots.COUNT)
            .mapToObj(number -> Bot.connect(edge, Bots.id(number)))
            .toList();
    bots.forEach(bot -> bot.connected().join());
    spec.commandLine().getOut().println(READY);
    bots.stream().map(Agent::closed).forEach(CompletableFuture::join);
    return 0;
  }
}
