package org.streamingcommands.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import org.junit.jupiter.api.Test;
import org.streamingcommands.command.Reason;
import org.streamingcommands.support.Heard;
import org.streamingcommands.support.TestNode;

/** A scripted client does what its script says, and nothing else. */
class ScriptedClientTest {

  @Test
  void speaksTheProtoWordByWord() {
    try (TestNode node = TestNode.start();
        ScriptedClient client = ScriptedClient.dial(node.edgeAddress())) {
      assertThat(client.hello(TestNode.SERVICE, "s1").awaitWelcome().getEpoch()).isPositive();
      Heard heard = node.send("s1", TestNode.command("a", "x"));
      assertThat(client.awaitCommand().getCommandId()).isEqualTo("a");
      assertThat(client.unreadCommands()).isZero();
      client.received("a").progress("a", 50);
      assertThat(heard.awaitProgress().percent()).isEqualTo(50);
      client.complete("a", "done");
      assertThat(heard.awaitOutcome().isCompleted()).isTrue();
      client.leave();
      assertThat(client.awaitEnd().getCode()).isEqualTo(Status.Code.OK);
      Heard late = node.send("s1", TestNode.command("b", "x"));
      assertThat(late.awaitUndelivered().reason()).isEqualTo(Reason.NOT_CONNECTED);
    }
  }

  @Test
  void saysOnlyWhatItIsTold() {
    try (TestNode node = TestNode.start("connection.hello-timeout = 200 ms");
        ScriptedClient client = ScriptedClient.dial(node.edgeAddress())) {
      assertThat(client.awaitEnd().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
      assertThat(client.hasEnded()).isTrue();
    }
  }
}
