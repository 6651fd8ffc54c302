package org.streamingcommands.bench;

import com.google.protobuf.BytesValue;
import com.google.protobuf.Empty;
import java.time.Duration;
import java.util.function.Function;
import org.apache.pekko.actor.typed.ActorSystem;
import org.streamingcommands.client.CommandClientSettings;
import org.streamingcommands.client.SendOptions;
import org.streamingcommands.client.StreamingCommandClient;

/** Ours: the public client, in either mode. */
final class NodeSender implements Sender {
  private final Function<String, StreamingCommandClient<BytesValue>> clients;

  private NodeSender(Function<String, StreamingCommandClient<BytesValue>> clients) {
    this.clients = clients;
  }

  static NodeSender local(ActorSystem<?> system) {
    return new NodeSender(id -> StreamingCommandClient.local(system, SERVICE, id));
  }

  static NodeSender remote(String api) {
    CommandClientSettings settings = CommandClientSettings.of(api);
    return new NodeSender(id -> StreamingCommandClient.remote(settings, SERVICE, id));
  }

  @Override
  public Target to(String clientId, Duration timeout) {
    StreamingCommandClient<BytesValue> client = clients.apply(clientId);
    SendOptions options = SendOptions.defaults().withTimeout(timeout);
    return command -> client.ask(command, Empty.class, options);
  }
}
