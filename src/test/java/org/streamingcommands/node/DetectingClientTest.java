package org.streamingcommands.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.StringValue;
import com.typesafe.config.ConfigFactory;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.junit.jupiter.api.Test;
import org.streamingcommands.agent.Agent;
import org.streamingcommands.client.StreamingCommandClient;
import org.streamingcommands.support.TestNode;

/** How a client finds out whether to send locally or over the wire. */
class DetectingClientTest {

  @Test
  void aServiceOfThisSystemIsSentToLocally() {
    try (StreamingNode node = StreamingNode.start(TestNode.config("services.bots {}"))) {
      StreamingCommandClient<StringValue> client =
          StreamingCommandClient.forClient(node.system(), "bots", "b1");
      assertThat(client.mode()).isEqualTo(StreamingCommandClient.Mode.LOCAL);
    }
  }

  @Test
  void aServiceOfANodeElsewhereIsSentToOverItsApi() {
    try (StreamingNode node = StreamingNode.start(TestNode.config("services.bots {}"));
        Agent agent =
            Agent.builder("127.0.0.1:" + node.edgeAddress().getPort())
                .service("bots")
                .clientId("b1")
                .on(StringValue.class, (text, context) -> text)
                .connect()) {
      TestNode.await(agent.connected());
      ActorSystem<Void> web =
          ActorSystem.create(
              Behaviors.empty(),
              "web",
              ConfigFactory.parseString(
                      "streaming-commands.client.api-address = \"127.0.0.1:%d\""
                          .formatted(node.apiAddress().getPort()))
                  .withFallback(ConfigFactory.load()));
      try {
        StreamingCommandClient<StringValue> client =
            StreamingCommandClient.forClient(web, "bots", "b1");
        assertThat(client.mode()).isEqualTo(StreamingCommandClient.Mode.REMOTE);
        assertThat(
                TestNode.await(client.ask(StringValue.of("hi"), StringValue.class)).orElseThrow())
            .isEqualTo(StringValue.of("hi"));
      } finally {
        web.terminate();
        TestNode.await(web.getWhenTerminated().toCompletableFuture());
      }
    }
  }

  @Test
  void whereNeitherIsSoTheErrorSaysWhatToConfigure() {
    ActorSystem<Void> alone = ActorSystem.create(Behaviors.empty(), "alone", ConfigFactory.load());
    try {
      assertThatThrownBy(() -> StreamingCommandClient.forClient(alone, "bots", "b1"))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("bots")
          .hasMessageContaining("streaming-commands.client.api-address");
      assertThatThrownBy(() -> StreamingCommands.get(alone))
          .hasMessageContaining("pekko.actor.provider");
    } finally {
      alone.terminate();
      TestNode.await(alone.getWhenTerminated().toCompletableFuture());
    }
  }
}
