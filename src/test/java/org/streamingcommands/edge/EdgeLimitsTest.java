package org.streamingcommands.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.streamingcommands.edge.Robot7.PRINCIPAL;
import static org.streamingcommands.edge.Robot7.TOKEN;
import static org.streamingcommands.edge.Robot7.assertEnd;
import static org.streamingcommands.edge.Robot7.dial;

import io.grpc.Status;
import org.junit.jupiter.api.Test;
import org.streamingcommands.grpc.v1.Hello;
import org.streamingcommands.support.Heard;
import org.streamingcommands.support.TestNode;
import org.streamingcommands.testkit.ScriptedClient;

/** How much one principal may do at the edge, and a stranger who guesses. */
class EdgeLimitsTest {
  @Test
  void aPrincipalHasOnlySoManyConnections() {
    try (TestNode node =
        TestNode.start("edge.auth = [token]", PRINCIPAL, "security.limits.max-connections = 1")) {
      ScriptedClient first = dial(node, TOKEN);
      first.hello(TestNode.SERVICE, "robot-7").awaitWelcome();
      try (ScriptedClient second = dial(node, TOKEN)) {
        assertEnd(second, Status.Code.RESOURCE_EXHAUSTED, "robot-7");
      }
      first.leave();
      assertThat(first.awaitEnd().isOk()).isTrue();
      try (ScriptedClient third = dial(node, TOKEN)) {
        third.hello(TestNode.SERVICE, "robot-7").awaitWelcome();
      }
    }
  }

  @Test
  void aPrincipalsFramesAreOnlySoLarge() {
    try (TestNode node =
        TestNode.start(
            "edge.auth = [token]",
            PRINCIPAL,
            "security.principals.robot-7.max-message-size = 300 B")) {
      try (ScriptedClient robot = dial(node, TOKEN)) {
        robot.hello(TestNode.SERVICE, "robot-7").awaitWelcome();
        Heard heard = node.send("robot-7", TestNode.command("c1", "x"));
        robot.complete(robot.awaitCommand().getCommandId(), "small");
        assertThat(heard.awaitOutcome().isCompleted()).isTrue();
        robot.complete("c2", "x".repeat(400));
        assertEnd(robot, Status.Code.RESOURCE_EXHAUSTED, "max-message-size of robot-7 is 300");
      }
      try (ScriptedClient wordy = dial(node, TOKEN)) {
        wordy.hello(
            Hello.newBuilder()
                .setService(TestNode.SERVICE)
                .setClientId("robot-7")
                .putLabels("zone", "x".repeat(60))
                .putLabels("rack", "x".repeat(60))
                .putLabels("site", "x".repeat(60))
                .putLabels("room", "x".repeat(60))
                .putLabels("shelf", "x".repeat(60)));
        assertEnd(wordy, Status.Code.RESOURCE_EXHAUSTED, "max-message-size of robot-7");
      }
    }
  }

  @Test
  void aPrincipalMayHaveLessTimeForItsHello() {
    try (TestNode node =
        TestNode.start(
            "edge.auth = [token]",
            PRINCIPAL,
            "connection.hello-timeout = 10 m",
            "security.principals.robot-7.hello-timeout = 20 ms")) {
      try (ScriptedClient silent = dial(node, TOKEN)) {
        assertEnd(silent, Status.Code.DEADLINE_EXCEEDED, "hello: did not come within PT0.02S");
      }
    }
  }

  @Test
  void whoFailsTooOftenIsNotEvenLookedAt() {
    try (TestNode node =
        TestNode.start(
            "edge.auth = [token]", PRINCIPAL, "security.limits.max-failed-attempts = 1")) {
      boolean told = false;
      for (int i = 0; i < 100 && !told; i++) {
        try (ScriptedClient thief = dial(node, "robot-7.wrong")) {
          told = String.valueOf(thief.awaitEnd().getDescription()).contains("too many");
        }
      }
      assertThat(told).isTrue();
    }
  }

  @Test
  void strangersBehindTheSameAddressDoNotKeepAnOpenStreamFromRenewingItsToken() {
    try (TestNode node =
            TestNode.start(
                "edge.auth = [token]", PRINCIPAL, "security.limits.max-failed-attempts = 1");
        ScriptedClient robot = dial(node, TOKEN)) {
      robot.hello(TestNode.SERVICE, "robot-7").awaitWelcome();
      for (int i = 0; i < 3; i++) {
        boolean told = false;
        while (!told) {
          try (ScriptedClient thief = dial(node, "robot-7.wrong")) {
            told = String.valueOf(thief.awaitEnd().getDescription()).contains("too many");
          }
        }
        robot.renew(TOKEN);
        robot.awaitRenewed();
      }
      assertThat(robot.hasEnded()).isFalse();
    }
  }
}
