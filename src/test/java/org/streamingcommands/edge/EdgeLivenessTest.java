package org.streamingcommands.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.streamingcommands.command.ClientKey;
import org.streamingcommands.command.Reason;
import org.streamingcommands.connection.PingStrategy;
import org.streamingcommands.connection.ServiceObserver;
import org.streamingcommands.grpc.v1.GoodbyeReason;
import org.streamingcommands.support.Heard;
import org.streamingcommands.support.TestNode;
import org.streamingcommands.testkit.FaultyLink;
import org.streamingcommands.testkit.ScriptedClient;

/** A dead peer is found out, a live one is left in peace. */
class EdgeLivenessTest {

  @ParameterizedTest
  @EnumSource(names = "DISABLED", mode = EnumSource.Mode.EXCLUDE)
  void aPeerWhoseSocketFallsSilentIsGone(PingStrategy strategy) throws Exception {
    CompletableFuture<String> gone = new CompletableFuture<>();
    try (TestNode node = TestNode.start(telling(gone), fast(strategy));
        FaultyLink link = FaultyLink.to(node.edgeAddress());
        ScriptedClient client = ScriptedClient.dial(link.address())) {
      client.hello(TestNode.SERVICE, "silent").awaitWelcome();
      client.awaitPing();
      link.halfOpen();
      assertThat(TestNode.await(gone)).isEqualTo("SILENT");
      Heard heard = node.send("silent", TestNode.command("c1", "x"));
      assertThat(heard.awaitUndelivered().reason()).isEqualTo(Reason.NOT_CONNECTED);
      assertThat(node.connections().list(null, null, 10)).isEmpty();
      assertThat(node.connections().counters().silent.sum()).isOne();
    }
  }

  @ParameterizedTest
  @EnumSource(names = "DISABLED", mode = EnumSource.Mode.EXCLUDE)
  void aClientThatAnswersNoPingIsToldSo(PingStrategy strategy) {
    try (TestNode node = TestNode.start(fast(strategy));
        ScriptedClient client = node.dial().withoutPongs()) {
      client.hello(TestNode.SERVICE, "mute").awaitWelcome();
      assertThat(client.awaitGoodbye().getReason()).isEqualTo(GoodbyeReason.GOODBYE_REASON_SILENT);
      assertThat(client.awaitEnd().getCode()).isEqualTo(Status.Code.OK);
    }
  }

  @ParameterizedTest
  @EnumSource(names = "DISABLED", mode = EnumSource.Mode.EXCLUDE)
  void aClientThatAnswersItsPingsStays(PingStrategy strategy) {
    try (TestNode node = TestNode.start(fast(strategy));
        ScriptedClient client = node.connect("lively")) {
      for (int i = 0; i < 10; i++) {
        client.awaitPing();
      }
      assertThat(client.hasEnded()).isFalse();
      Heard heard = node.send("lively", TestNode.command("c1", "x"));
      client.awaitCommand();
      client.complete("c1", "ok");
      assertThat(heard.awaitOutcome().isCompleted()).isTrue();
    }
  }

  @Test
  void withPingsDisabledHttp2KeepaliveFindsTheDeadPeer() throws Exception {
    CompletableFuture<String> gone = new CompletableFuture<>();
    try (TestNode node =
            TestNode.start(
                telling(gone),
                "connection.ping-strategy = DISABLED",
                "edge.keepalive-time = 1 s",
                "edge.keepalive-timeout = 1 s");
        FaultyLink link = FaultyLink.to(node.edgeAddress());
        ScriptedClient client = ScriptedClient.dial(link.address())) {
      client.hello(TestNode.SERVICE, "silent").awaitWelcome();
      link.halfOpen();
      assertThat(TestNode.await(gone)).isEqualTo("the connection broke");
    }
  }

  private static String[] fast(PingStrategy strategy) {
    return new String[] {
      "connection.ping-strategy = " + strategy,
      "connection.ping-interval = 100 ms",
      "connection.ping-timeout = " + Duration.ofSeconds(1).toMillis() + " ms"
    };
  }

  private static ServiceObserver telling(CompletableFuture<String> gone) {
    return new ServiceObserver() {
      @Override
      public void disconnected(ClientKey client, String sessionId, String why) {
        gone.complete(why);
      }
    };
  }
}
