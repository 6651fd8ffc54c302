package org.streamingcommands.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.streamingcommands.support.TestNode.await;

import com.google.protobuf.StringValue;
import io.grpc.Status;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.streamingcommands.client.StreamingCommandClient;
import org.streamingcommands.command.Certainty;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.grpc.v1.GoodbyeReason;
import org.streamingcommands.support.TestNode;
import org.streamingcommands.testkit.ScriptedClient;

/** A launched node: what it starts with, and how it goes. */
class StreamingNodeTest {

  @Test
  void aNodeThatStopsSaysGoodbyeAndEndsEverySend() {
    StreamingNode node =
        StreamingNode.start(TestNode.config("services.bots {}", "drain.in-flight-timeout = 0 s"));
    ScriptedClient client = ScriptedClient.dial(node.edgeAddress());
    client.hello("bots", "b1").awaitWelcome();
    StreamingCommandClient<StringValue> sender =
        StreamingCommandClient.local(node.system(), "bots", "b1");
    CompletableFuture<Outcome<StringValue>> asked =
        sender.ask(StringValue.of("x"), StringValue.class);
    client.awaitCommand();
    await(node.stop());
    assertThat(client.awaitGoodbye().getReason()).isEqualTo(GoodbyeReason.GOODBYE_REASON_DRAINING);
    assertThat(await(asked))
        .isInstanceOfSatisfying(
            Outcome.Undelivered.class,
            undelivered ->
                assertThat(undelivered.certainty()).isEqualTo(Certainty.SENT_UNCONFIRMED));
    assertThat(await(sender.ask(StringValue.of("y"), StringValue.class)).toString())
        .contains("SHUTTING_DOWN", "NOT_SENT");
    client.close();
  }

  @Test
  void twoServicesTreatASecondConnectionEachInItsWay() {
    StreamingNode node =
        StreamingNode.start(
            TestNode.config("services.bots {}", "services.doors.second-connection = REJECT_NEW"));
    try (ScriptedClient bot = ScriptedClient.dial(node.edgeAddress());
        ScriptedClient door = ScriptedClient.dial(node.edgeAddress());
        ScriptedClient secondBot = ScriptedClient.dial(node.edgeAddress());
        ScriptedClient secondDoor = ScriptedClient.dial(node.edgeAddress())) {
      bot.hello("bots", "one").awaitWelcome();
      door.hello("doors", "one").awaitWelcome();
      secondBot.hello("bots", "one").awaitWelcome();
      assertThat(bot.awaitGoodbye().getReason()).isEqualTo(GoodbyeReason.GOODBYE_REASON_REPLACED);
      secondDoor.hello("doors", "one");
      assertThat(secondDoor.awaitEnd().getCode()).isEqualTo(Status.Code.ALREADY_EXISTS);
      assertThat(door.hasEnded()).isFalse();
    } finally {
      await(node.stop());
    }
  }

  @Test
  void aPortThatIsTakenIsNamed() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertThatThrownBy(
              () -> StreamingNode.start(TestNode.config("edge.port = " + taken.getLocalPort())))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining(String.valueOf(taken.getLocalPort()));
    }
  }

  @Test
  void aPingTimeoutBelowTheIntervalIsRefusedAtStart() {
    assertThatThrownBy(
            () ->
                StreamingNode.start(
                    TestNode.config(
                        "connection.ping-interval = 10 s", "connection.ping-timeout = 5 s")))
        .hasMessageContaining("ping-timeout");
  }

  @Test
  void aServiceKeyThatDoesNotExistIsNamed() {
    assertThatThrownBy(
            () -> StreamingNode.start(TestNode.config("services.bots { queue-sizes = 3 }")))
        .hasMessageContaining("queue-sizes");
  }

  @Test
  void aFileOverridesTheDefaults(@TempDir Path dir) throws Exception {
    Path file = Files.writeString(dir.resolve("own.conf"), "streaming-commands.edge.port = 7");
    assertThat(StreamingNode.config(Optional.of(file)).getInt("streaming-commands.edge.port"))
        .isEqualTo(7);
    assertThatThrownBy(() -> StreamingNode.config(Optional.of(dir.resolve("missing.conf"))))
        .hasMessageContaining("missing.conf");
  }
}
