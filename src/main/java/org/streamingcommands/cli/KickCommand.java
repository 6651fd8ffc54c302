package org.streamingcommands.cli;

import com.google.gson.JsonObject;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.streamingcommands.grpc.Wire;
import org.streamingcommands.grpc.v1.DisconnectClientRequest;
import org.streamingcommands.grpc.v1.DisconnectClientResponse;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Ends a client's connection. */
@Command(
    name = "kick",
    description = "End a client's connection with a goodbye.",
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {
      "0:it was connected and is no more",
      "1:the program failed",
      "2:the arguments are wrong",
      "5:it was not connected"
    })
final class KickCommand implements Callable<Integer> {
  private static final long TIMEOUT_SECONDS = 10;

  // Set by picocli.
  @Spec private CommandSpec spec;

  @Mixin private ApiOption api = new ApiOption();
  @Mixin private OutputOption output = new OutputOption();

  @Option(names = "--service", required = true, description = "The client's service.")
  private String service = "";

  @Option(names = "--id", required = true, description = "The client's id.")
  private String id = "";

  @Option(names = "--message", description = "One line for the client's log.")
  private String message = "";

  @Option(
      names = "--stay-away",
      description = "How long it is asked to wait before it returns, such as 30s.")
  private Optional<Duration> stayAway = Optional.empty();

  @Override
  public Integer call() {
    DisconnectClientRequest request =
        DisconnectClientRequest.newBuilder()
            .setService(service)
            .setClientId(id)
            .setMessage(message)
            .setReconnectDelay(Wire.duration(stayAway.orElse(Duration.ZERO)))
            .build();
    DisconnectClientResponse response =
        ApiCall.make(
            spec.commandLine(),
            api.settings(),
            "disconnecting the client",
            stub ->
                stub.withDeadlineAfter(TIMEOUT_SECONDS, TimeUnit.SECONDS)
                    .disconnectClient(request));
    boolean wasConnected = response.getWasConnected();
    spec.commandLine()
        .getOut()
        .println(
            output.isJson()
                ? object(response).toString()
                : wasConnected ? "disconnected " + id : id + " was not connected");
    return wasConnected ? ExitCode.OK : ExitCode.NOT_SENT;
  }

  /** With its only field, true or not, which protobuf's JSON leaves out where it is false. */
  private static JsonObject object(DisconnectClientResponse response) {
    JsonObject object = new JsonObject();
    object.addProperty("wasConnected", response.getWasConnected());
    return object;
  }
}
