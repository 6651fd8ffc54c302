package org.streamingcommands.cli;

import com.google.protobuf.Any;
import com.google.protobuf.DynamicMessage;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;
import org.streamingcommands.client.FleetOptions;
import org.streamingcommands.client.RemoteConnections;
import org.streamingcommands.client.SendOptions;
import org.streamingcommands.client.StreamingFleetClient;
import org.streamingcommands.command.CommandException;
import org.streamingcommands.command.FleetSummary;
import org.streamingcommands.command.Targets;
import org.streamingcommands.command.Waves;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Sends one command to many clients and tells each outcome as it comes. */
@Command(
    name = "broadcast",
    description = "Send one command to many clients and wait for every outcome.",
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {
      "0:every client completed the command",
      "1:the program failed",
      "2:the arguments are wrong",
      "3:not every client completed it; the summary says how many, and why",
      "5:the api refused it: nothing was sent",
      "6:the connection broke: send again with the same --command-id",
    })
final class BroadcastCommand implements Callable<Integer> {

  /** Whom to send to. */
  private static final class Whom {
    @Option(names = "--id", required = true, description = "These clients; may be repeated.")
    private List<String> ids = List.of();

    @Option(
        names = "--selector",
        required = true,
        description = "Connected clients by their labels, such as 'zone in (eu,us),!canary'.")
    private Optional<String> selector = Optional.empty();

    @Option(names = "--all", required = true, description = "Everyone who is connected.")
    private boolean all;

    private Targets targets() {
      if (!ids.isEmpty()) {
        return Targets.ids(ids);
      }
      return all ? Targets.all() : Targets.labels(selector.orElse(""));
    }
  }

  // Set by picocli.
  @Spec private CommandSpec spec;

  @Mixin private ApiOption api = new ApiOption();
  @Mixin private TypesOption types = new TypesOption();

  @Option(names = "--service", required = true, description = "The clients' service.")
  private String service = "";

  @ArgGroup(multiplicity = "1")
  private Whom whom = new Whom();

  @Option(names = "--exclude", description = "Not this client; may be repeated.")
  private Set<String> exclude = Set.of();

  @Option(
      names = "--type",
      required = true,
      description = "The command's message type, such as google.protobuf.Struct.")
  private String type = "";

  @Option(
      names = "--json",
      defaultValue = "{}",
      description = "The command itself (default: ${DEFAULT-VALUE}).")
  private String json = "{}";

  @Option(
      names = "--timeout",
      defaultValue = "5s",
      description = "Each client's time, from when it is sent to (default: ${DEFAULT-VALUE}).")
  private Duration timeout = Duration.ofSeconds(5);

  @Option(
      names = "--command-id",
      description = "The same id is the same command, which runs once. Made up unless given.")
  private Optional<String> commandId = Optional.empty();

  @Option(
      names = "--concurrency",
      defaultValue = "256",
      description = "How many clients at once (default: ${DEFAULT-VALUE}).")
  private int concurrency = 256;

  @Option(
      names = "--wave",
      paramLabel = "PERCENTS",
      description = "In which steps, such as 5%%,25%%,100%%.")
  private Optional<String> wave = Optional.empty();

  @Option(
      names = "--max-failures",
      paramLabel = "PERCENT",
      defaultValue = "0",
      description = "Of a wave's clients; more stop the send (default: ${DEFAULT-VALUE}).")
  private String maxFailures = "0";

  @Option(
      names = {"-o", "--output"},
      defaultValue = "TEXT",
      description =
          "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}). JSON: one object a line, for a"
              + " program; --json is the command here.")
  private Output output = Output.TEXT;

  @Override
  public Integer call() throws Exception {
    Logging.start("WARN");
    CommandLine command = spec.commandLine();
    MessageTypes known = types.types();
    DynamicMessage message = known.parse(type, json);
    Targets targets = argument(whom::targets);
    FleetOptions options = argument(this::options);
    FleetPrinter printer = new FleetPrinter(command.getOut(), output, known);
    StreamingFleetClient<DynamicMessage> client =
        StreamingFleetClient.remote(api.settings(), service);
    try {
      FleetSummary summary =
          ProgressLine.during(
              command.getErr(),
              printer::state,
              () -> client.sendToMany(message, Any.class, targets, options, printer).get());
      return printer.summary(summary) ? ExitCode.OK : ExitCode.FAILED;
    } catch (ExecutionException e) {
      if (!(e.getCause() instanceof CommandException refused)) {
        throw e;
      }
      command
          .getErr()
          .println(
              "streaming-commands: "
                  + OutcomeText.why(refused.outcome().map(any -> Any.getDefaultInstance())));
      return ExitCode.of(refused.outcome());
    } finally {
      RemoteConnections.closeAll();
    }
  }

  private FleetOptions options() {
    SendOptions treatment = SendOptions.defaults().withTimeout(timeout);
    if (commandId.isPresent()) {
      treatment = treatment.withCommandId(commandId.get());
    }
    return FleetOptions.defaults()
        .withCommand(treatment)
        .withExclude(exclude)
        .withMaxConcurrency(concurrency)
        .withWaves(wave.map(plan -> Waves.parse(plan, failures())).orElse(Waves.none()));
  }

  private double failures() {
    try {
      return Double.parseDouble(maxFailures.replaceFirst("%$", ""));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("--max-failures: '" + maxFailures + "' is no percentage");
    }
  }

  private <T> T argument(Supplier<T> reading) {
    try {
      return reading.get();
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
    }
  }
}
