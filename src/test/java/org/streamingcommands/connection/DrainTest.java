package org.streamingcommands.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Any;
import com.google.protobuf.StringValue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.streamingcommands.command.Certainty;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.command.Reason;
import org.streamingcommands.grpc.Wire;
import org.streamingcommands.grpc.v1.GoodbyeReason;
import org.streamingcommands.grpc.v1.Hello;
import org.streamingcommands.support.Heard;
import org.streamingcommands.support.TestNode;
import org.streamingcommands.testkit.ScriptedClient;

/** A node takes leave of its clients. */
class DrainTest {

  @Test
  void aClientWithNothingToDoIsSentElsewhereAndABusyOneFinishesFirst() {
    try (TestNode node = TestNode.start("drain.in-flight-timeout = 10 m");
        ScriptedClient idle = node.connect("idle");
        ScriptedClient busy = node.connect("busy")) {
      Heard heard = node.send("busy", TestNode.command("c1", "x"));
      busy.awaitCommand();
      CompletableFuture<DrainReport> drained = node.connections().drain();

      assertThat(idle.awaitGoodbye().getReason()).isEqualTo(GoodbyeReason.GOODBYE_REASON_DRAINING);
      Outcome.Undelivered<Any> refused =
          node.send("busy", TestNode.command("c2", "x")).awaitUndelivered();
      assertThat(refused.reason()).isEqualTo(Reason.SHUTTING_DOWN);
      assertThat(refused.certainty()).isEqualTo(Certainty.NOT_SENT);
      try (ScriptedClient late = node.dial()) {
        late.hello(TestNode.SERVICE, "late");
        assertThat(late.awaitGoodbye().getReason())
            .isEqualTo(GoodbyeReason.GOODBYE_REASON_DRAINING);
      }
      assertThat(drained).isNotDone();
      assertThat(busy.hasEnded()).isFalse();

      busy.complete("c1", "done");
      assertThat(heard.awaitOutcome()).isEqualTo(completed("done"));
      assertThat(busy.awaitGoodbye().getReason()).isEqualTo(GoodbyeReason.GOODBYE_REASON_DRAINING);
      assertThat(TestNode.await(drained)).isEqualTo(new DrainReport(2, 0));
      assertThat(TestNode.await(node.connections().drain())).isEqualTo(new DrainReport(2, 0));
    }
  }

  @Test
  void goodbyesComeInBatchesAndEachHasADelayOfItsOwn() {
    try (TestNode node = TestNode.start("drain.goodbyes-per-second = 20", "drain.window = 10 m")) {
      List<ScriptedClient> clients = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        clients.add(node.connect("c" + i));
      }
      node.connections().drain();
      List<Duration> delays = new ArrayList<>();
      for (ScriptedClient client : clients) {
        delays.add(Wire.duration(client.awaitGoodbye().getReconnectDelay()));
      }
      // Two in a tenth of a second, the second half a batch later.
      Duration later = Duration.ofMillis(50);
      assertThat(delays)
          .containsExactlyInAnyOrder(
              Duration.ZERO, later, Duration.ZERO, later, Duration.ZERO, later);
      clients.forEach(ScriptedClient::close);
    }
  }

  @Test
  void aFleetTooLargeForTheWindowIsToldFaster() {
    DrainSettings settings =
        new DrainSettings(100, Duration.ofSeconds(10), Duration.ZERO, Duration.ZERO);
    assertThat(settings.rate(500)).isEqualTo(100);
    assertThat(settings.rate(5_000)).isEqualTo(500);
  }

  @Test
  void settingsThatMakeNoSenseAreRefused() {
    assertThatThrownBy(() -> TestNode.start("drain.goodbyes-per-second = 0"))
        .hasMessageContaining("drain.goodbyes-per-second");
    assertThatThrownBy(() -> TestNode.start("drain.window = -1 s"))
        .hasMessageContaining("drain.window");
  }

  @Test
  void aBusyClientGoesOnAtTheNextNodeWhenTimeIsUp() {
    try (TestCluster cluster = TestCluster.start("drain.in-flight-timeout = 0 s")) {
      String id = cluster.idWithEntityOn(cluster.b);
      Hello.Builder hello =
          Hello.newBuilder().setService(TestNode.SERVICE).setClientId(id).setInstanceId("p1");
      try (ScriptedClient client = cluster.a.dial();
          ScriptedClient again = cluster.c.dial()) {
        client.hello(hello).awaitWelcome();
        Heard heard = cluster.c.send(id, TestNode.command("c1", "x"));
        client.awaitCommand();
        assertThat(TestNode.await(cluster.a.connections().drain()))
            .isEqualTo(new DrainReport(1, 1));
        client.awaitGoodbye();
        again.hello(hello.addRunningCommandIds("c1")).awaitWelcome();
        again.complete("c1", "elsewhere");
        assertThat(heard.awaitOutcome()).isEqualTo(completed("elsewhere"));
      }
    }
  }

  @Test
  void aSendWaitsForAClientThatWasSentElsewhere() {
    try (TestCluster cluster = TestCluster.start("drain.reconnect-grace = 1 m")) {
      String hostedHere = cluster.idWithEntityOn(cluster.a);
      String hostedThere = cluster.idWithEntityOn(cluster.b);
      try (ScriptedClient one = cluster.a.connect(hostedHere);
          ScriptedClient two = cluster.a.connect(hostedThere)) {
        cluster.a.connections().drain();
        assertThat(one.awaitGoodbye().getReason()).isEqualTo(GoodbyeReason.GOODBYE_REASON_DRAINING);
        two.awaitGoodbye();
        cluster.eventually(
            () -> {
              assertThat(cluster.a.connections().list(TestNode.SERVICE, null, 100)).isEmpty();
              assertThat(cluster.b.connections().list(TestNode.SERVICE, null, 100)).isEmpty();
            });
        for (String id : List.of(hostedHere, hostedThere)) {
          // From the node that drains, too: there are others that can take its entities over.
          Heard heard = cluster.a.send(id, TestNode.command("c1", "x"));
          try (ScriptedClient again = cluster.c.connect(id)) {
            again.awaitCommand();
            again.complete("c1", "there it is");
            assertThat(heard.awaitOutcome()).isEqualTo(completed("there it is"));
          }
        }
      }
    }
  }

  private static Outcome<Any> completed(String answer) {
    return new Outcome.Completed<>(Any.pack(StringValue.of(answer)));
  }
}
