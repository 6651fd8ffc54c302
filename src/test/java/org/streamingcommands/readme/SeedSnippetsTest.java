package org.streamingcommands.readme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.streamingcommands.support.TestNode.await;

import com.google.protobuf.StringValue;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.actor.typed.ActorSystem;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.streamingcommands.agent.Agent;
import org.streamingcommands.client.CommandClientSettings;
import org.streamingcommands.client.RemoteConnections;
import org.streamingcommands.client.StreamingCommandClient;
import org.streamingcommands.command.Receipt;
import org.streamingcommands.node.StreamingNode;
import org.streamingcommands.registry.StreamingServiceRegistry;
import org.streamingcommands.service.ClientService;
import org.streamingcommands.support.TestNode;

/** The Python original's quick start, snippet by snippet, in this platform's idiom. */
class SeedSnippetsTest {
  private static StreamingNode node;
  private static Agent agent;

  /** Its snippet 1, "import and extend the base client": a client of one's own commands. */
  private record MyCommandClient(StreamingCommandClient<StringValue> commands) {
    CompletableFuture<Boolean> sendCommand(String text) {
      // Not "it is in a queue": the client has it.
      return commands
          .send(StringValue.of(text), Receipt.RECEIVED)
          .thenApply(result -> result.isReached());
    }
  }

  /** Its snippet 2, "register your service". */
  private static void registerStreamingService(ActorSystem<?> system) {
    StreamingServiceRegistry registry = StreamingServiceRegistry.get(system);
    registry.register(ClientService.builder(system, "your_service").build());
  }

  @BeforeAll
  static void start() {
    node = StreamingNode.start(TestNode.config());
    registerStreamingService(node.system());
    agent =
        Agent.builder("127.0.0.1:" + node.edgeAddress().getPort())
            .service("your_service")
            .clientId("123")
            .on(StringValue.class, (text, context) -> text)
            .connect();
    await(agent.connected());
  }

  @AfterAll
  static void stop() {
    agent.close();
    RemoteConnections.closeAll();
    node.close();
  }

  /** Its snippet 3, "use the client", from another process. */
  @Test
  void crossProcessMode() {
    CommandClientSettings api =
        CommandClientSettings.of("127.0.0.1:" + node.apiAddress().getPort());
    MyCommandClient client =
        new MyCommandClient(StreamingCommandClient.remote(api, "your_service", "123"));
    assertThat(await(client.sendCommand("start"))).isTrue();
  }

  /** Its snippet 3, "use the client", in the same process: the registry knows the service. */
  @Test
  void sameProcessMode() {
    assertThat(StreamingServiceRegistry.get(node.system()).get("your_service")).isPresent();
    MyCommandClient client =
        new MyCommandClient(StreamingCommandClient.forClient(node.system(), "your_service", "123"));
    assertThat(client.commands().mode()).isEqualTo(StreamingCommandClient.Mode.LOCAL);
    assertThat(await(client.sendCommand("start"))).isTrue();
  }
}
