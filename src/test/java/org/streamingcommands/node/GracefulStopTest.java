package org.streamingcommands.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.streamingcommands.support.TestNode.await;

import com.google.protobuf.StringValue;
import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.pekko.Done;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.cluster.typed.Cluster;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.streamingcommands.agent.Agent;
import org.streamingcommands.client.SendOptions;
import org.streamingcommands.client.StreamingCommandClient;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.connection.Connections;
import org.streamingcommands.grpc.v1.GoodbyeReason;
import org.streamingcommands.support.TestNode;
import org.streamingcommands.testkit.ScriptedClient;

/** The order in which a launched node stops. */
class GracefulStopTest {
  private final List<AutoCloseable> open = new ArrayList<>();

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable resource : open) {
      resource.close();
    }
  }

  @Test
  void hellosEndFirstThenCommandsThenTheNode() {
    StreamingNode node = node("streaming-commands.drain.in-flight-timeout = 25 s");
    ScriptedClient busy = connect(node, "busy");
    CompletableFuture<Outcome<StringValue>> asked = ask(node, "busy");
    String command = busy.awaitCommand().getCommandId();

    CompletableFuture<Done> stopped = node.stop();
    ScriptedClient late = client(node);
    late.hello(TestNode.SERVICE, "late");
    assertThat(late.awaitGoodbye().getReason()).isEqualTo(GoodbyeReason.GOODBYE_REASON_DRAINING);
    assertThat(busy.hasEnded()).isFalse();

    busy.complete(command, "done");
    assertThat(await(asked)).isEqualTo(new Outcome.Completed<>(StringValue.of("done")));
    assertThat(busy.awaitGoodbye().getReason()).isEqualTo(GoodbyeReason.GOODBYE_REASON_DRAINING);
    await(stopped);
    assertThat(node.isStoppedOnPurpose()).isTrue();
  }

  @Test
  void everyAskSurvivesThatItsClientsNodeStops() {
    StreamingNode first = node("");
    StreamingNode second =
        node(
            "pekko.cluster.seed-nodes = [\"%s\"]"
                .formatted(Cluster.get(first.system()).selfMember().address()));
    List<CompletableFuture<Void>> gates = new ArrayList<>();
    List<CompletableFuture<Outcome<StringValue>>> asked = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      CompletableFuture<Void> gate = new CompletableFuture<>();
      gates.add(gate);
      Agent agent =
          Agent.builder(address(first), address(second))
              .service(TestNode.SERVICE)
              .clientId("a" + i)
              .onAsync(StringValue.class, (text, context) -> gate.thenApply(done -> text))
              .connect();
      open.add(agent);
      await(agent.connected());
      asked.add(ask(second, "a" + i));
    }
    TestProbe.create(second.system())
        .awaitAssert(
            TestNode.PATIENCE,
            () -> {
              assertThat(inFlight(first) + inFlight(second)).isEqualTo(20);
              return null;
            });
    await(first.stop());
    gates.forEach(gate -> gate.complete(null));
    for (CompletableFuture<Outcome<StringValue>> outcome : asked) {
      assertThat(await(outcome)).isEqualTo(new Outcome.Completed<>(StringValue.of("x")));
    }
  }

  /** As it is when each phase begins, seen by a task of that phase. */
  @Test
  void theListenersCloseThenTheEntitiesGoThenTheNodeLeaves() {
    StreamingNode first = node("");
    node(
        "pekko.cluster.seed-nodes = [\"%s\"]"
            .formatted(Cluster.get(first.system()).selfMember().address()));
    connect(first, "a");
    List<String> seen = new CopyOnWriteArrayList<>();
    for (String phase :
        List.of(
            CoordinatedShutdown.PhaseBeforeServiceUnbind(),
            CoordinatedShutdown.PhaseServiceRequestsDone(),
            CoordinatedShutdown.PhaseClusterLeave(),
            CoordinatedShutdown.PhaseBeforeActorSystemTerminate())) {
      CoordinatedShutdown.get(first.system())
          .addTask(
              phase,
              "test-looks",
              () ->
                  CompletableFuture.supplyAsync(
                      () -> {
                        seen.add(state(first));
                        return Done.getInstance();
                      }));
    }
    await(first.stop());
    assertThat(seen)
        .containsExactly(
            "edge open, api open, entities here, member",
            "edge closed, api closed, entities here, member",
            "edge closed, api closed, entities gone, member",
            "edge closed, api closed, entities gone, gone");
  }

  private static String state(StreamingNode node) {
    return "edge %s, api %s, entities %s, %s"
        .formatted(
            isOpen(node.edgeAddress()) ? "open" : "closed",
            isOpen(node.apiAddress()) ? "open" : "closed",
            hasEntities(node) ? "here" : "gone",
            Cluster.get(node.system()).isTerminated() ? "gone" : "member");
  }

  private static boolean isOpen(InetSocketAddress address) {
    try (Socket socket = new Socket()) {
      socket.connect(address, 5_000);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /** Whether the region is there, without which there is no entity. */
  private static boolean hasEntities(StreamingNode node) {
    return node.system()
        .classicSystem()
        .actorSelection("/system/sharding/ClientConnection")
        .resolveOne(Duration.ofSeconds(5))
        .handle((region, none) -> none == null)
        .toCompletableFuture()
        .join();
  }

  private static int inFlight(StreamingNode node) {
    return Connections.get(node.system()).list(TestNode.SERVICE, null, 100).stream()
        .mapToInt(client -> client.inFlight())
        .sum();
  }

  private StreamingNode node(String more) {
    StreamingNode node =
        StreamingNode.start(
            ConfigFactory.parseString(more)
                .withFallback(
                    TestNode.config("services.bots {}", "drain.in-flight-timeout = 0 s")));
    open.add(0, node);
    return node;
  }

  private static CompletableFuture<Outcome<StringValue>> ask(StreamingNode node, String id) {
    return StreamingCommandClient.<StringValue>local(node.system(), TestNode.SERVICE, id)
        .ask(
            StringValue.of("x"),
            StringValue.class,
            SendOptions.defaults().withTimeout(TestNode.PATIENCE));
  }

  private ScriptedClient connect(StreamingNode node, String id) {
    ScriptedClient client = client(node);
    client.hello(TestNode.SERVICE, id).awaitWelcome();
    return client;
  }

  private ScriptedClient client(StreamingNode node) {
    ScriptedClient client = ScriptedClient.dial(node.edgeAddress());
    open.add(client);
    return client;
  }

  private static String address(StreamingNode node) {
    return "127.0.0.1:" + node.edgeAddress().getPort();
  }
}
