package org.streamingcommands.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.streamingcommands.agent.Agent;
import org.streamingcommands.agent.AgentBuilder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** A client for trying things out: prints every command and answers it. */
@Command(
    name = "agent",
    description = "Connect as a client, print every command and answer it. Ctrl-C ends it.")
final class AgentCommand implements Callable<Integer> {
  // Set by picocli.
  @Spec private CommandSpec spec;

  @Mixin private TypesOption types = new TypesOption();
  @Mixin private CredentialsOption credentials = new CredentialsOption();
  @Mixin private OutputOption output = new OutputOption();

  @Option(names = "--service", required = true, description = "The service to belong to.")
  private String service = "";

  @Option(names = "--id", required = true, description = "The client id, unique in its service.")
  private String id = "";

  @Option(
      names = "--label",
      paramLabel = "KEY=VALUE",
      description = "What to be found by; may be repeated.")
  private Map<String, String> labels = new LinkedHashMap<>();

  @Option(
      names = "--edge",
      paramLabel = "HOST:PORT",
      split = ",",
      defaultValue = "127.0.0.1:7400",
      description = "The edge of any node, or of several in turn (default: ${DEFAULT-VALUE}).")
  private List<String> edges = new ArrayList<>();

  @Option(
      names = "--answer",
      defaultValue = "ECHO",
      description = {
        "How to answer: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).",
        "STEPS tells of its progress first, NEVER leaves every command without an outcome."
      })
  private AgentAnswer answer = AgentAnswer.ECHO;

  @Override
  public Integer call() throws InterruptedException {
    Logging.start("WARN");
    PrintWriter out = spec.commandLine().getOut();
    String edge = String.join(", ", edges);
    AgentPrinter printer = new AgentPrinter(out, output.isJson(), edge, service + "/" + id);
    AgentBuilder builder =
        Agent.builder(edges.toArray(String[]::new)).service(service).clientId(id).listener(printer);
    labels.forEach(builder::label);
    credentials.tls().ifPresent(builder::tls);
    credentials.token().ifPresent(builder::token);
    MessageTypes known = types.types();
    builder.onOtherAsync(
        (command, context) -> {
          printer.command(context.commandId(), command, known);
          return answer.to(command, context);
        });
    Agent agent;
    try {
      agent = builder.connect();
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), Problems.describe(e), e);
    }
    Thread leave = new Thread(agent::close, "agent-leaves");
    Runtime.getRuntime().addShutdownHook(leave);
    ProgressLine.during(
        spec.commandLine().getErr(), () -> "connecting to " + edge, printer::awaitFirst);
    printer.awaitEnd().ifPresent(AgentCommand::fail);
    return ExitCode.OK;
  }

  private static void fail(String why) {
    throw new CliException(why);
  }
}
