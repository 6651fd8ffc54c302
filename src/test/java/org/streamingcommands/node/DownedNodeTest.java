package org.streamingcommands.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.streamingcommands.support.TestNode.await;

import com.google.protobuf.StringValue;
import com.typesafe.config.ConfigFactory;
import java.util.ArrayList;
import java.util.List;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.cluster.typed.Cluster;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.streamingcommands.agent.Agent;
import org.streamingcommands.client.StreamingCommandClient;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.connection.ConnectedClient;
import org.streamingcommands.connection.Connections;
import org.streamingcommands.support.Partition;
import org.streamingcommands.support.TestNode;

/** A node that the cluster takes out after a partition. */
class DownedNodeTest {
  private static final int CLIENTS = 12;

  private final List<AutoCloseable> open = new ArrayList<>();

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable resource : open) {
      resource.close();
    }
  }

  @Test
  void itEndsAndItsClientsAreConnectedOnceElsewhere() {
    List<StreamingNode> nodes = new ArrayList<>();
    nodes.add(node(""));
    String seed =
        "pekko.cluster.seed-nodes = [\"%s\"]\n"
            .formatted(Cluster.get(nodes.get(0).system()).selfMember().address());
    nodes.add(node(seed));
    nodes.add(node(seed));
    StreamingNode lost = nodes.get(2);
    for (int i = 0; i < CLIENTS; i++) {
      // In turn, the lost node first.
      Agent agent =
          Agent.builder(address(lost), address(nodes.get(0)), address(nodes.get(1)))
              .service(TestNode.SERVICE)
              .clientId("a" + i)
              .on(StringValue.class, (text, context) -> text)
              .connect();
      open.add(0, agent);
      await(agent.connected());
    }
    assertThat(connected(nodes)).hasSize(CLIENTS);

    Partition.cut(lost.system(), nodes.get(0).system());
    Partition.cut(lost.system(), nodes.get(1).system());
    await(lost.system().getWhenTerminated().toCompletableFuture());
    assertThat(lost.isStoppedOnPurpose()).isFalse();
    assertThat(Connections.get(lost.system()).openStreams()).isZero();
    Partition.heal(lost.system(), nodes.get(0).system());
    Partition.heal(lost.system(), nodes.get(1).system());

    List<StreamingNode> left = nodes.subList(0, 2);
    TestProbe.create(left.get(0).system())
        .awaitAssert(
            TestNode.PATIENCE,
            () -> {
              assertThat(connected(left))
                  .hasSize(CLIENTS)
                  .extracting(client -> client.client().clientId())
                  .doesNotHaveDuplicates();
              return null;
            });
    for (int i = 0; i < CLIENTS; i++) {
      StreamingCommandClient<StringValue> client =
          StreamingCommandClient.local(left.get(1).system(), TestNode.SERVICE, "a" + i);
      assertThat(await(client.ask(StringValue.of("x"), StringValue.class)))
          .isEqualTo(new Outcome.Completed<>(StringValue.of("x")));
    }
    assertThat(left.stream().mapToInt(n -> Connections.get(n.system()).openStreams()).sum())
        .isEqualTo(CLIENTS);
  }

  private static List<ConnectedClient> connected(List<StreamingNode> nodes) {
    List<ConnectedClient> all = new ArrayList<>();
    nodes.forEach(n -> all.addAll(Connections.get(n.system()).list(TestNode.SERVICE, null, 100)));
    return all;
  }

  private StreamingNode node(String more) {
    StreamingNode node =
        StreamingNode.start(
            ConfigFactory.parseString(
                    Partition.CONFIG
                        + "pekko.cluster.split-brain-resolver.stable-after = 2 s\n"
                        + more)
                .withFallback(TestNode.config("services.bots {}")));
    open.add(node);
    return node;
  }

  private static String address(StreamingNode node) {
    return "127.0.0.1:" + node.edgeAddress().getPort();
  }
}
