package org.streamingcommands.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.streamingcommands.support.TestNode.await;

import com.google.protobuf.StringValue;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.typed.Cluster;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.streamingcommands.agent.Agent;
import org.streamingcommands.client.StreamingCommandClient;
import org.streamingcommands.command.LabelSelector;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.command.Receipt;
import org.streamingcommands.command.SendResult;
import org.streamingcommands.connection.Connections;
import org.streamingcommands.support.TestNode;

/** A user's own ActorSystem that is in the cluster only to send. */
class SenderRoleTest {
  private static StreamingNode node;
  private static ActorSystem<Void> system;

  @BeforeAll
  static void start() {
    node = StreamingNode.start(TestNode.config("services.bots {}"));
    system = sender("streaming-commands.engine.role = node");
    StreamingCommands commands = StreamingCommands.get(system);
    await(commands.join());
    TestProbe.create(system)
        .awaitAssert(
            TestNode.PATIENCE,
            () -> {
              assertThat(commands.services().isRegisteredInCluster("bots")).isTrue();
              return null;
            });
  }

  @AfterAll
  static void stop() {
    system.terminate();
    await(system.getWhenTerminated().toCompletableFuture());
    node.close();
  }

  @Test
  void itSendsAsksAndListsAndHostsNothing() {
    for (int i = 0; i < 20; i++) {
      String id = "b" + i;
      try (Agent agent =
          Agent.builder("127.0.0.1:" + node.edgeAddress().getPort())
              .service("bots")
              .clientId(id)
              .on(StringValue.class, (text, context) -> text)
              .connect()) {
        await(agent.connected());
        StreamingCommandClient<StringValue> client =
            StreamingCommandClient.forClient(system, "bots", id);
        assertThat(client.mode()).isEqualTo(StreamingCommandClient.Mode.LOCAL);
        assertThat(await(client.ask(StringValue.of("hello"), StringValue.class)))
            .isEqualTo(new Outcome.Completed<>(StringValue.of("hello")));
        assertThat(await(client.send(StringValue.of("x"), Receipt.SENT)))
            .isInstanceOf(SendResult.class);
        assertThat(
                await(
                        Connections.get(system)
                            .listAll("bots", LabelSelector.ALL, null, 10, Duration.ofSeconds(10)))
                    .clients())
            .anySatisfy(listed -> assertThat(listed.client().clientId()).isEqualTo(id));
        assertThat(Connections.get(system).list("bots", null, 10)).isEmpty();
        assertThat(Connections.get(node.system()).list("bots", null, 100))
            .anySatisfy(hosted -> assertThat(hosted.client().clientId()).isEqualTo(id));
      }
    }
  }

  @Test
  void aSenderThatWouldHostEntitiesIsRefused() {
    ActorSystem<Void> wrong = sender("streaming-commands.engine.role = \"\"");
    try {
      assertThatThrownBy(() -> StreamingCommands.get(wrong))
          .hasMessageContaining("streaming-commands.engine.role");
    } finally {
      wrong.terminate();
      await(wrong.getWhenTerminated().toCompletableFuture());
    }
  }

  private static ActorSystem<Void> sender(String engine) {
    Config config =
        ConfigFactory.parseString(
                "pekko.cluster { roles = [sender], seed-nodes = [\"%s\"] }\n%s"
                    .formatted(Cluster.get(node.system()).selfMember().address(), engine))
            .withFallback(TestNode.config());
    return ActorSystem.create(Behaviors.empty(), "streaming-commands", config);
  }
}
