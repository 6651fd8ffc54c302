package org.streamingcommands.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.streamingcommands.command.Certainty;
import org.streamingcommands.command.Reason;
import org.streamingcommands.command.Receipt;
import org.streamingcommands.grpc.v1.CommandDelivery;
import org.streamingcommands.grpc.v1.CommandResult;
import org.streamingcommands.grpc.v1.Hello;
import org.streamingcommands.support.Heard;
import org.streamingcommands.support.TestNode;
import org.streamingcommands.testkit.ScriptedClient;

/** Commands in flight over the end of a connection, on the wire as any language would do it. */
class EdgeResumeTest {
  private static TestNode node;

  @BeforeAll
  static void start() {
    node = TestNode.start();
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  @Test
  void anAskSurvivesAReconnectWithTheResultTheClientBringsAlong() {
    ScriptedClient first = connect("brings", "p1", Hello.newBuilder());
    Heard heard = node.send("brings", TestNode.command("c1", "x"));
    first.awaitCommand();
    first.received("c1");
    heard.awaitReceipt(Receipt.RECEIVED);
    first.cut();
    CommandResult result =
        CommandResult.newBuilder()
            .setCommandId("c1")
            .setFailed(org.streamingcommands.grpc.v1.Failed.newBuilder().setCode("MEANWHILE"))
            .build();
    try (ScriptedClient second =
        connect(
            "brings",
            "p1",
            Hello.newBuilder().setLastEpoch(first.epoch()).addUnconfirmedResults(result))) {
      assertThat(heard.awaitOutcome().toString()).contains("MEANWHILE");
      assertThat(second.epoch()).isGreaterThan(first.epoch());
      assertThat(heard.outcomes()).isOne();
    }
  }

  @Test
  void whatTheClientNeverHadIsDeliveredAgainAndSaysSo() {
    ScriptedClient first = connect("again", "p1", Hello.newBuilder());
    Heard heard = node.send("again", TestNode.command("c1", "x"));
    first.awaitCommand();
    first.cut();
    try (ScriptedClient second = connect("again", "p1", Hello.newBuilder())) {
      CommandDelivery delivery = second.awaitCommand();
      assertThat(delivery.getCommandId()).isEqualTo("c1");
      assertThat(delivery.getRedelivered()).isTrue();
      second.complete("c1", "ok");
      assertThat(heard.awaitOutcome().isCompleted()).isTrue();
    }
  }

  @Test
  void whatStillRunsIsLeftRunning() {
    ScriptedClient first = connect("runs", "p1", Hello.newBuilder());
    Heard heard = node.send("runs", TestNode.command("c1", "x"));
    first.awaitCommand();
    first.cut();
    try (ScriptedClient second =
        connect("runs", "p1", Hello.newBuilder().addRunningCommandIds("c1"))) {
      heard.awaitReceipt(Receipt.RECEIVED);
      second.complete("c1", "ok");
      assertThat(heard.awaitOutcome().isCompleted()).isTrue();
      assertThat(second.unreadCommands()).isZero();
    }
  }

  @Test
  void anotherProcessOfTheClientIsNotGivenWhatTheFormerMayHaveRun() {
    ScriptedClient first = connect("restarted", "p1", Hello.newBuilder());
    Heard heard = node.send("restarted", TestNode.command("c1", "x"));
    first.awaitCommand();
    first.cut();
    try (ScriptedClient second = connect("restarted", "p2", Hello.newBuilder())) {
      assertThat(heard.awaitUndelivered().reason()).isEqualTo(Reason.CLIENT_RESTARTED);
      assertThat(heard.awaitUndelivered().certainty()).isEqualTo(Certainty.SENT_UNCONFIRMED);
      assertThat(second.unreadCommands()).isZero();
    }
  }

  @Test
  void aTakeoverWithCommandsInFlightLosesNoneAndRunsNoneTwice() {
    try (ScriptedClient older = connect("taken", "p1", Hello.newBuilder())) {
      Heard sent = node.send("taken", TestNode.command("sent", "x"));
      older.awaitCommand();
      try (ScriptedClient newer = connect("taken", "p2", Hello.newBuilder())) {
        assertThat(older.awaitEnd().getCode()).isEqualTo(Status.Code.OK);
        assertThat(sent.awaitUndelivered().certainty()).isEqualTo(Certainty.SENT_UNCONFIRMED);
        Heard next = node.send("taken", TestNode.command("next", "x"));
        assertThat(newer.awaitCommand().getCommandId()).isEqualTo("next");
        newer.complete("next", "ok");
        assertThat(next.awaitOutcome().isCompleted()).isTrue();
      }
    }
  }

  @Test
  void aTakeoverWithAFullQueueGivesTheNewProcessWhatTheFormerNeverHad() {
    try (TestNode narrow = TestNode.start("connection.max-in-flight = 1");
        ScriptedClient older = narrow.dial();
        ScriptedClient newer = narrow.dial()) {
      older.hello(hello("taken", "p1", Hello.newBuilder())).awaitWelcome();
      Heard inFlight = narrow.send("taken", TestNode.command("in-flight", "x"));
      Heard first = narrow.send("taken", TestNode.command("first", "x"));
      Heard second = narrow.send("taken", TestNode.command("second", "x"));
      assertThat(older.awaitCommand().getCommandId()).isEqualTo("in-flight");
      second.awaitReceipt(Receipt.QUEUED);
      newer.hello(hello("taken", "p2", Hello.newBuilder())).awaitWelcome();
      assertThat(inFlight.awaitUndelivered().certainty()).isEqualTo(Certainty.SENT_UNCONFIRMED);
      for (String id : List.of("first", "second")) {
        CommandDelivery delivery = newer.awaitCommand();
        assertThat(delivery.getCommandId()).isEqualTo(id);
        assertThat(delivery.getRedelivered()).isFalse();
        newer.complete(id, "done by the newer");
      }
      assertThat(first.awaitOutcome().isCompleted()).isTrue();
      assertThat(second.awaitOutcome().isCompleted()).isTrue();
      older.awaitEnd();
      assertThat(older.unreadCommands()).isZero();
      assertThat(newer.unreadCommands()).isZero();
    }
  }

  @Test
  void aTakeoverByTheSameProcessKeepsWhatRunsAndWhatIsQueued() {
    try (TestNode narrow = TestNode.start("connection.max-in-flight = 2");
        ScriptedClient older = narrow.dial();
        ScriptedClient newer = narrow.dial()) {
      older.hello(hello("moved", "p1", Hello.newBuilder())).awaitWelcome();
      List<Heard> all =
          Stream.of("runs", "lost", "queued")
              .map(id -> narrow.send("moved", TestNode.command(id, "x")))
              .toList();
      older.awaitCommand();
      all.get(2).awaitReceipt(Receipt.QUEUED);
      newer
          .hello(hello("moved", "p1", Hello.newBuilder().addRunningCommandIds("runs")))
          .awaitWelcome();
      CommandDelivery again = newer.awaitCommand();
      assertThat(again.getCommandId()).isEqualTo("lost");
      assertThat(again.getRedelivered()).isTrue();
      newer.complete("runs", "ok").complete("lost", "ok");
      assertThat(newer.awaitCommand().getCommandId()).isEqualTo("queued");
      newer.complete("queued", "ok");
      for (Heard heard : all) {
        assertThat(heard.awaitOutcome().isCompleted()).isTrue();
        assertThat(heard.outcomes()).isOne();
      }
      assertThat(newer.unreadCommands()).isZero();
    }
  }

  @Test
  void aClientThatDoesNotComeBackInTimeLeavesTheCertaintyOfWhatItSaid() {
    try (TestNode impatient = TestNode.start("connection.resume-window = 100 ms");
        ScriptedClient client = impatient.connect("gone")) {
      Heard received = impatient.send("gone", TestNode.command("received", "x"));
      Heard sent = impatient.send("gone", TestNode.command("sent", "x"));
      client.awaitCommand();
      client.awaitCommand();
      client.received("received");
      received.awaitReceipt(Receipt.RECEIVED);
      client.cut();
      assertThat(received.awaitUndelivered().reason()).isEqualTo(Reason.CONNECTION_LOST);
      assertThat(received.awaitUndelivered().certainty())
          .isEqualTo(Certainty.RECEIVED_NOT_FINISHED);
      assertThat(sent.awaitUndelivered().certainty()).isEqualTo(Certainty.SENT_UNCONFIRMED);
    }
  }

  @Test
  void whatWaitedForAStalledClientThatIsCutOffWasNotSent() {
    try (TestNode impatient =
            TestNode.start(
                "connection.resume-window = 100 ms", "connection.ping-strategy = DISABLED");
        ScriptedClient stalled = ScriptedClient.dialWithoutReading(impatient.edgeAddress())) {
      stalled.hello(TestNode.SERVICE, "stalled");
      stalled.read(1);
      stalled.awaitWelcome();
      String large = "x".repeat(60_000);
      Heard first = impatient.send("stalled", TestNode.command("s0", large));
      Heard last = first;
      for (int i = 1; i < 40; i++) {
        last = impatient.send("stalled", TestNode.command("s" + i, large));
      }
      last.awaitReceipt(Receipt.QUEUED);
      stalled.cut();
      assertThat(last.awaitUndelivered().reason()).isEqualTo(Reason.CONNECTION_LOST);
      assertThat(last.awaitUndelivered().certainty()).isEqualTo(Certainty.NOT_SENT);
      assertThat(last.receipts()).containsExactly(Receipt.QUEUED);
      assertThat(first.awaitUndelivered().certainty()).isEqualTo(Certainty.SENT_UNCONFIRMED);
    }
  }

  @Test
  void aClientThatLeavesEndsWhatItHadInFlight() {
    ScriptedClient client = connect("leaves", "p1", Hello.newBuilder());
    Heard heard = node.send("leaves", TestNode.command("c1", "x"));
    client.awaitCommand();
    client.leave();
    assertThat(heard.awaitUndelivered().reason()).isEqualTo(Reason.CONNECTION_LOST);
    client.close();
  }

  @Test
  void withRejectNewTheOlderConnectionStaysUnlessItIsTheSameProcess() {
    try (TestNode rejecting = TestNode.start("connection.second-connection = REJECT_NEW");
        ScriptedClient older = rejecting.dial();
        ScriptedClient other = rejecting.dial();
        ScriptedClient again = rejecting.dial()) {
      older.hello(hello("one", "p1", Hello.newBuilder())).awaitWelcome();
      other.hello(hello("one", "p2", Hello.newBuilder()));
      assertThat(other.awaitEnd().getCode()).isEqualTo(Status.Code.ALREADY_EXISTS);
      assertThat(older.hasEnded()).isFalse();
      again.hello(hello("one", "p1", Hello.newBuilder())).awaitWelcome();
      assertThat(older.awaitEnd().getCode()).isEqualTo(Status.Code.OK);
    }
  }

  @Test
  void aStalledClientCostsItsOwnQueueOnly() {
    try (TestNode small =
            TestNode.start(
                "connection.queue-size = 10",
                "connection.queue-timeout = 100 ms",
                "connection.ping-strategy = DISABLED");
        ScriptedClient lively = small.connect("lively");
        ScriptedClient stalled = ScriptedClient.dialWithoutReading(small.edgeAddress())) {
      stalled.hello(TestNode.SERVICE, "stalled");
      stalled.read(1);
      stalled.awaitWelcome();
      String large = "x".repeat(60_000);
      Heard last = small.send("stalled", TestNode.command("s0", large));
      for (int i = 1; i < 100; i++) {
        last = small.send("stalled", TestNode.command("s" + i, large, Duration.ofSeconds(20)));
      }
      assertThat(last.awaitUndelivered().reason()).isEqualTo(Reason.QUEUE_FULL);
      assertThat(last.awaitUndelivered().certainty()).isEqualTo(Certainty.NOT_SENT);
      Heard other = small.send("lively", TestNode.command("c1", "x"));
      lively.awaitCommand();
      lively.complete("c1", "ok");
      assertThat(other.awaitOutcome().isCompleted()).isTrue();
      // Once it reads, what was queued arrives.
      stalled.read(1000);
      assertThat(stalled.awaitCommand().getCommandId()).isEqualTo("s0");
    }
  }

  private static ScriptedClient connect(String id, String instance, Hello.Builder hello) {
    ScriptedClient client = node.dial();
    client.hello(hello(id, instance, hello)).awaitWelcome();
    return client;
  }

  private static Hello.Builder hello(String id, String instance, Hello.Builder hello) {
    return hello.setService(TestNode.SERVICE).setClientId(id).setInstanceId(instance);
  }
}
