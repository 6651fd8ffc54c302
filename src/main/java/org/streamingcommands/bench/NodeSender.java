package org.streamingcommands.bench;

import com.google.protobuf.BytesValue;
import com.google.protobuf.Empty;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.apache.pekko.actor.typed.ActorSystem;
import org.streamingcommands.client.CommandClientSettings;
import org.streamingcommands.client.FleetOptions;
import org.streamingcommands.client.SendOptions;
import org.streamingcommands.client.StreamingCommandClient;
import org.streamingcommands.client.StreamingFleetClient;
import org.streamingcommands.command.FleetSummary;
import org.streamingcommands.command.Targets;

/** Ours: the public clients, in either mode. */
final class NodeSender implements Sender {
  private final Function<String, StreamingCommandClient<BytesValue>> clients;
  private final StreamingFleetClient<BytesValue> fleet;

  private NodeSender(
      Function<String, StreamingCommandClient<BytesValue>> clients,
      StreamingFleetClient<BytesValue> fleet) {
    this.clients = clients;
    this.fleet = fleet;
  }

  static NodeSender local(ActorSystem<?> system) {
    return new NodeSender(
        id -> StreamingCommandClient.local(system, SERVICE, id),
        StreamingFleetClient.local(system, SERVICE));
  }

  static NodeSender remote(String api) {
    CommandClientSettings settings = CommandClientSettings.of(api);
    return new NodeSender(
        id -> StreamingCommandClient.remote(settings, SERVICE, id),
        StreamingFleetClient.remote(settings, SERVICE));
  }

  @Override
  public Target to(String clientId, Duration timeout) {
    StreamingCommandClient<BytesValue> client = clients.apply(clientId);
    SendOptions options = SendOptions.defaults().withTimeout(timeout);
    return command -> client.ask(command, Empty.class, options);
  }

  /** To all, by the empty selector: nobody names ten thousand. */
  @Override
  public CompletableFuture<Integer> broadcast(
      List<String> clientIds, BytesValue command, Duration timeout) {
    FleetOptions options =
        FleetOptions.defaults().withCommand(SendOptions.defaults().withTimeout(timeout));
    return fleet
        .sendToMany(command, Empty.class, Targets.labels(""), options, (client, outcome) -> {})
        .thenApply(FleetSummary::completed);
  }
}
