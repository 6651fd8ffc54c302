package org.streamingcommands.cli;

import com.google.protobuf.Message;
import java.util.concurrent.Callable;
import org.streamingcommands.client.RemoteConnections;
import org.streamingcommands.client.StreamingCommandClient;
import org.streamingcommands.command.CancelResult;
import org.streamingcommands.grpc.Wire;
import org.streamingcommands.grpc.v1.CancelCommandResponse;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Asks a client to stop a command. */
@Command(
    name = "cancel",
    description = "Ask a client to stop a command, and wait for its word.",
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {
      "0:it was cancelled",
      "1:the program failed",
      "2:the arguments are wrong",
      "3:it was too late: the command had ended, or ended in another way",
      "5:no such command is known",
      "6:nobody said in time; it may still be cancelled"
    })
final class CancelCommand implements Callable<Integer> {
  // Set by picocli.
  @Spec private CommandSpec spec;

  @Mixin private ApiOption api = new ApiOption();
  @Mixin private OutputOption output = new OutputOption();

  @Option(names = "--service", required = true, description = "The client's service.")
  private String service = "";

  @Option(names = "--id", required = true, description = "The client's id.")
  private String id = "";

  @Option(names = "--command-id", required = true, description = "The command's id.")
  private String commandId = "";

  @Override
  public Integer call() throws Exception {
    Logging.start("WARN");
    StreamingCommandClient<Message> client =
        StreamingCommandClient.remote(api.settings(), service, id);
    CancelResult result =
        ProgressLine.during(
            spec.commandLine().getErr(),
            () -> "waiting for the client's word",
            () -> client.cancel(commandId).get());
    RemoteConnections.closeAll();
    String how = result.outcome().map(outcome -> ": " + outcome).orElse("");
    spec.commandLine().getOut().println(output.isJson() ? json(result) : result.verdict() + how);
    return switch (result.verdict()) {
      case CANCELLED -> ExitCode.OK;
      case TOO_LATE -> ExitCode.FAILED;
      case UNKNOWN_COMMAND -> ExitCode.NOT_SENT;
      case NOT_CONFIRMED -> ExitCode.SENT_UNCONFIRMED;
    };
  }

  private static String json(CancelResult result) {
    MessageTypes types = MessageTypes.builtIn();
    CancelCommandResponse.Builder response =
        CancelCommandResponse.newBuilder()
            .setResult(
                org.streamingcommands.grpc.v1.CancelResult.valueOf(
                    "CANCEL_RESULT_" + result.verdict().name()));
    result
        .outcome()
        .ifPresent(outcome -> response.setOutcome(Wire.outcome(types.readable(outcome))));
    return types.jsonLine(response.build());
  }
}
