package org.streamingcommands.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.protobuf.StringValue;
import io.grpc.Status;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.streamingcommands.command.CancelResult;
import org.streamingcommands.command.Certainty;
import org.streamingcommands.command.ClientKey;
import org.streamingcommands.command.Command;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.command.Reason;
import org.streamingcommands.command.Receipt;
import org.streamingcommands.grpc.Wire;
import org.streamingcommands.grpc.v1.CommandDelivery;
import org.streamingcommands.grpc.v1.GoodbyeReason;
import org.streamingcommands.grpc.v1.Hello;
import org.streamingcommands.support.Heard;
import org.streamingcommands.support.TestNode;
import org.streamingcommands.testkit.ScriptedClient;

/** What a client and a sender hear of each other over a real connection. */
class EdgeConversationTest {
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
  void aCommandReachesItsClientAndItsResultComesBack() throws Exception {
    try (ScriptedClient client = node.connect("main-path")) {
      Heard heard = node.send("main-path", TestNode.command("c1", "start"));
      CommandDelivery delivery = client.awaitCommand();
      assertThat(delivery.getCommandId()).isEqualTo("c1");
      assertThat(delivery.getPayload().unpack(StringValue.class).getValue()).isEqualTo("start");
      client.received("c1").progress("c1", 50);
      assertThat(heard.awaitProgress().percent()).isEqualTo(50);
      client.complete("c1", "done");
      assertThat(Outcome.unpack(heard.awaitOutcome(), StringValue.class).orElseThrow().getValue())
          .isEqualTo("done");
      assertThat(heard.receipts()).containsExactly(Receipt.QUEUED, Receipt.SENT, Receipt.RECEIVED);
      assertThat(heard.outcomes()).isOne();
    }
  }

  @Test
  void aDeliverySaysWhenItsTimeIsOverByBothClocks() {
    try (ScriptedClient client = node.connect("deadline")) {
      Command command = TestNode.command("c1", "start");
      node.send("deadline", command);
      CommandDelivery delivery = client.awaitCommand();
      assertThat(Wire.instant(delivery.getDeadline()))
          .isCloseTo(command.deadline(), within(1, ChronoUnit.MILLIS));
      assertThat(Wire.duration(delivery.getTimeLeft()))
          .isPositive()
          .isLessThanOrEqualTo(Duration.ofSeconds(30));
    }
  }

  @Test
  void aLateResultAnswersWhoAsksAgainAndTheCommandIsNotDeliveredAgain() {
    try (ScriptedClient client = node.connect("late")) {
      Heard heard = node.send("late", TestNode.command("c1", "start", Duration.ofMillis(200)));
      client.awaitCommand();
      assertThat(heard.awaitUndelivered().reason()).isEqualTo(Reason.TIMED_OUT);
      client.complete("c1", "late");
      // The results of a stream are taken in order: behind this one the late one is known.
      Heard behind = node.send("late", TestNode.command("c2", "start"));
      assertThat(client.awaitCommand().getCommandId()).isEqualTo("c2");
      client.complete("c2", "done");
      behind.awaitOutcome();
      Heard again = node.send("late", TestNode.command("c1", "start"));
      assertThat(Outcome.unpack(again.awaitOutcome(), StringValue.class).orElseThrow().getValue())
          .isEqualTo("late");
      node.send("late", TestNode.command("c3", "start"));
      assertThat(client.awaitCommand().getCommandId()).isEqualTo("c3");
    }
  }

  @Test
  void aCancelThatTheClientAnswersWithItsResultWasTooLate() {
    try (ScriptedClient client = node.connect("too-late")) {
      Heard heard = node.send("too-late", TestNode.command("c1", "start"));
      client.awaitCommand();
      CompletableFuture<CancelResult> cancel =
          node.connections()
              .cancel(ClientKey.of(TestNode.SERVICE, "too-late"), "c1", TestNode.PATIENCE);
      assertThat(client.awaitCancel().getCommandId()).isEqualTo("c1");
      client.complete("c1", "done");
      CancelResult result = TestNode.await(cancel);
      assertThat(result.verdict()).isEqualTo(CancelResult.Verdict.TOO_LATE);
      assertThat(result.outcome()).contains(heard.awaitOutcome());
      assertThat(heard.awaitOutcome().isCompleted()).isTrue();
    }
  }

  @Test
  void aClientThatSaysItFailedIsBelieved() {
    try (ScriptedClient client = node.connect("fails")) {
      Heard heard = node.send("fails", TestNode.command("c1", "start"));
      client.awaitCommand();
      client.fail("c1", "NO_FUEL");
      assertThat(heard.awaitOutcome())
          .isInstanceOfSatisfying(
              Outcome.Failed.class, failed -> assertThat(failed.code()).isEqualTo("NO_FUEL"));
    }
  }

  @Test
  void anUnknownClientIsNotConnected() {
    Heard heard = node.send("nobody", TestNode.command("c1", "start"));
    Outcome.Undelivered<?> undelivered = heard.awaitUndelivered();
    assertThat(undelivered.reason()).isEqualTo(Reason.NOT_CONNECTED);
    assertThat(undelivered.certainty()).isEqualTo(Certainty.NOT_SENT);
    assertThat(undelivered.isSafeToRetry()).isTrue();
  }

  @Test
  void aClientThatLeftIsNotConnectedAndNotListed() {
    ScriptedClient client = node.connect("leaver");
    assertThat(ids()).contains("leaver");
    client.leave();
    assertThat(client.awaitEnd().getCode()).isEqualTo(Status.Code.OK);
    Heard heard = node.send("leaver", TestNode.command("c1", "start"));
    assertThat(heard.awaitUndelivered().reason()).isEqualTo(Reason.NOT_CONNECTED);
    assertThat(ids()).doesNotContain("leaver");
    client.close();
  }

  @Test
  void aBotThatNeverAnswersTimesOut() {
    try (ScriptedClient client = node.connect("mute")) {
      Heard heard = node.send("mute", TestNode.command("c1", "start", Duration.ofMillis(200)));
      client.awaitCommand();
      Outcome.Undelivered<?> undelivered = heard.awaitUndelivered();
      assertThat(undelivered.reason()).isEqualTo(Reason.TIMED_OUT);
      assertThat(undelivered.certainty()).isEqualTo(Certainty.SENT_UNCONFIRMED);
    }
  }

  @Test
  void aDeadlineFarAwayIsKeptAndHurtsNobody() {
    try (ScriptedClient client = node.connect("patient")) {
      Heard heard = node.send("patient", TestNode.command("c1", "x", Duration.ofDays(4_000)));
      client.awaitCommand();
      client.complete("c1", "ok");
      assertThat(heard.awaitOutcome().isCompleted()).isTrue();
    }
  }

  @Test
  void commandsArriveInTheOrderTheyWereAccepted() {
    try (ScriptedClient client = node.connect("order")) {
      List<Heard> all = new ArrayList<>();
      List<String> expected = new ArrayList<>();
      for (int i = 0; i < 2_000; i++) {
        expected.add("c" + i);
        all.add(node.send("order", TestNode.command("c" + i, "step " + i)));
      }
      List<String> arrived = new ArrayList<>();
      for (int i = 0; i < 2_000; i++) {
        String id = client.awaitCommand().getCommandId();
        arrived.add(id);
        client.complete(id, "ok");
      }
      assertThat(arrived).isEqualTo(expected);
      assertThat(all).allSatisfy(heard -> assertThat(heard.awaitOutcome().isCompleted()).isTrue());
    }
  }

  @Test
  void theNewerOfTwoConnectionsWinsAndTheOlderIsToldSo() {
    try (ScriptedClient older = node.connect("twin");
        ScriptedClient newer = node.connect("twin")) {
      assertThat(older.awaitGoodbye().getReason()).isEqualTo(GoodbyeReason.GOODBYE_REASON_REPLACED);
      assertThat(older.awaitEnd().getCode()).isEqualTo(Status.Code.OK);
      assertThat(newer.epoch()).isGreaterThan(older.epoch());
      // The older one's end must not take the newer one away.
      Heard heard = node.send("twin", TestNode.command("c1", "start"));
      assertThat(newer.awaitCommand().getCommandId()).isEqualTo("c1");
      newer.complete("c1", "ok");
      assertThat(heard.awaitOutcome().isCompleted()).isTrue();
    }
  }

  @Test
  void aProcessThatConnectsTwiceIsNotToldToStayAway() {
    Hello.Builder hello =
        Hello.newBuilder().setService(TestNode.SERVICE).setClientId("late").setInstanceId("p1");
    try (ScriptedClient current = node.dial();
        ScriptedClient late = node.dial()) {
      current.hello(hello).awaitWelcome();
      // An earlier attempt to connect, which the network delivers only now.
      late.hello(hello).awaitWelcome();
      assertThat(current.awaitGoodbye().getReason())
          .isEqualTo(GoodbyeReason.GOODBYE_REASON_DISCONNECTED);
    }
  }

  private static List<String> ids() {
    return node.connections().list(TestNode.SERVICE, null, 1000).stream()
        .map(client -> client.client().clientId())
        .toList();
  }
}
