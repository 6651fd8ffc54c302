package org.streamingcommands.cli;

import com.google.gson.JsonObject;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.streamingcommands.grpc.v1.DrainNodeRequest;
import org.streamingcommands.grpc.v1.DrainNodeResponse;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Stops a node in order. */
@Command(
    name = "drain",
    description = {
      "Stop a node in order, as SIGTERM does: it takes no more clients, sends those that it has to"
          + " the other nodes, hands its commands over and leaves the cluster.",
      "Answers when its last client was told."
    })
final class DrainCommand implements Callable<Integer> {
  /** Longer than any sensible window. */
  private static final long TIMEOUT_MINUTES = 10;

  // Set by picocli.
  @Spec private CommandSpec spec;

  @Mixin private ApiOption api = new ApiOption();
  @Mixin private OutputOption output = new OutputOption();

  @Option(
      names = "--stay",
      description =
          "Only send the clients away: the node stays in the cluster until it is stopped.")
  private boolean stay;

  @Override
  public Integer call() {
    DrainNodeRequest request = DrainNodeRequest.newBuilder().setStop(!stay).build();
    DrainNodeResponse drained =
        ApiCall.make(
            spec.commandLine(),
            api.settings(),
            "draining the node",
            stub -> stub.withDeadlineAfter(TIMEOUT_MINUTES, TimeUnit.MINUTES).drainNode(request));
    if (output.isJson()) {
      JsonObject object = new JsonObject();
      object.addProperty("node", drained.getNode());
      object.addProperty("clients", drained.getClients());
      object.addProperty("interrupted", drained.getInterrupted());
      spec.commandLine().getOut().println(object);
      return ExitCode.OK;
    }
    spec.commandLine()
        .getOut()
        .printf(
            "%s is drained: %d clients were sent elsewhere, %d of them with commands under way%n",
            drained.getNode(), drained.getClients(), drained.getInterrupted());
    return ExitCode.OK;
  }
}
