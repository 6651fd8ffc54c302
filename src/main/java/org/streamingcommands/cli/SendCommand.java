package org.streamingcommands.cli;

import com.google.protobuf.Any;
import com.google.protobuf.DynamicMessage;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.streamingcommands.client.CommandStep;
import org.streamingcommands.client.RemoteConnections;
import org.streamingcommands.client.SendOptions;
import org.streamingcommands.client.StreamingCommandClient;
import org.streamingcommands.command.CommandIds;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.command.Priority;
import org.streamingcommands.command.Receipt;
import org.streamingcommands.command.SendResult;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Sends one command from this process and tells each step as it comes. */
@Command(
    name = "send",
    description = "Send one command to one client and wait for its outcome, or for a receipt.",
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {
      "0:the client completed the command, or it got as far as --wait-for",
      "1:the program failed",
      "2:the arguments are wrong",
      "3:the client says that the command failed",
      "4:the command was cancelled",
      "5:undelivered and nothing was sent: sending again is safe",
      "6:undelivered and it may have run: send again with the same --command-id",
      "7:undelivered: the client has it and did not say how it ended",
    })
final class SendCommand implements Callable<Integer> {
  // Set by picocli.
  @Spec private CommandSpec spec;

  @Mixin private ApiOption api = new ApiOption();
  @Mixin private TypesOption types = new TypesOption();

  @Option(names = "--service", required = true, description = "The client's service.")
  private String service = "";

  @Option(names = "--id", required = true, description = "The client's id.")
  private String id = "";

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
      description = "When to give up, such as 500ms, 5s, 2m (default: ${DEFAULT-VALUE}).")
  private Duration timeout = Duration.ofSeconds(5);

  @Option(
      names = "--command-id",
      description = "The same id is the same command, which runs once. Made up unless given.")
  private Optional<String> commandId = Optional.empty();

  @Option(
      names = "--priority",
      defaultValue = "NORMAL",
      description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private Priority priority = Priority.NORMAL;

  @Option(
      names = "--coalescing-key",
      defaultValue = "",
      description = "Of the commands with one key in the client's queue only the newest stays.")
  private String coalescingKey = "";

  @Option(
      names = "--wait-for",
      description = {
        "Only until it got so far: ${COMPLETION-CANDIDATES}; it goes on.",
        "Until it ended unless given."
      })
  private Optional<Receipt> waitFor = Optional.empty();

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
    String sendId = commandId.orElseGet(CommandIds::next);
    StepPrinter printer = new StepPrinter(command.getOut(), output, known, sendId);
    StreamingCommandClient<DynamicMessage> client =
        StreamingCommandClient.remote(api.settings(), service, id);
    SendOptions options =
        SendOptions.defaults()
            .withCommandId(sendId)
            .withTimeout(timeout)
            .withPriority(priority)
            .withCoalescingKey(coalescingKey);
    Optional<Outcome<Any>> ended =
        ProgressLine.during(
            command.getErr(),
            () -> "waiting for %s/%s, %s".formatted(service, id, printer.state()),
            () -> send(client, message, options, printer));
    RemoteConnections.closeAll();
    return ended.isEmpty() ? ExitCode.OK : exitCode(ended.get(), command);
  }

  /**
   * @return how it ended; empty where it only got as far as was wished
   */
  private Optional<Outcome<Any>> send(
      StreamingCommandClient<DynamicMessage> client,
      DynamicMessage message,
      SendOptions options,
      StepPrinter printer)
      throws Exception {
    if (waitFor.isEmpty()) {
      return Optional.of(client.execute(message, Any.class, options, printer).get());
    }
    SendResult result = client.send(message, waitFor.get(), options).get();
    result.receipt().ifPresent(receipt -> printer.accept(new CommandStep.Reached<>(receipt)));
    result.outcome().ifPresent(outcome -> printer.accept(new CommandStep.Ended<>(outcome)));
    return result.outcome();
  }

  private static int exitCode(Outcome<Any> outcome, CommandLine command) {
    if (!outcome.isCompleted()) {
      command.getErr().println("streaming-commands: " + OutcomeText.why(outcome));
    }
    return ExitCode.of(outcome);
  }
}
