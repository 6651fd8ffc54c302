package org.streamingcommands.cli;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.streamingcommands.client.ApiAddress;
import org.streamingcommands.client.CommandClientSettings;
import org.streamingcommands.client.RemoteConnections;
import org.streamingcommands.grpc.v1.CommandServiceGrpc;
import org.streamingcommands.grpc.v1.CommandServiceGrpc.CommandServiceBlockingStub;
import picocli.CommandLine;

/** One operator's call to the api, on a channel of its own. */
final class ApiCall {
  private ApiCall() {}

  /**
   * @param doing what a person who waits is told, such as "listing the clients"
   * @throws CliException where the api answers with an error or not at all
   */
  static <T> T make(
      CommandLine command,
      CommandClientSettings settings,
      String doing,
      Function<CommandServiceBlockingStub, T> call) {
    return ProgressLine.during(
        command.getErr(),
        () -> "%s at %s".formatted(doing, settings.address()),
        () -> make(settings, call));
  }

  /**
   * The same for a call that tells a person enough by itself.
   *
   * @throws CliException where the api answers with an error or not at all
   */
  static <T> T make(CommandClientSettings settings, Function<CommandServiceBlockingStub, T> call) {
    List<ApiAddress> left = new ArrayList<>(settings.addresses());
    while (true) {
      ApiAddress address = left.remove(0);
      try {
        return call(address, settings, call);
      } catch (StatusRuntimeException e) {
        // All that goes this way may be asked twice.
        if (left.isEmpty() || e.getStatus().getCode() != Status.Code.UNAVAILABLE) {
          throw new CliException("the api at %s: %s".formatted(address, Problems.describe(e)), e);
        }
      }
    }
  }

  private static <T> T call(
      ApiAddress address,
      CommandClientSettings settings,
      Function<CommandServiceBlockingStub, T> call) {
    ManagedChannel channel = RemoteConnections.channel(address, settings);
    try {
      return call.apply(CommandServiceGrpc.newBlockingStub(channel));
    } finally {
      channel.shutdownNow();
    }
  }
}
