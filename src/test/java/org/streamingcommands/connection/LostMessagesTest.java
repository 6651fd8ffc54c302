package org.streamingcommands.connection;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.StringValue;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.grpc.v1.CommandDelivery;
import org.streamingcommands.support.Heard;
import org.streamingcommands.support.TestNode;
import org.streamingcommands.testkit.ScriptedClient;

/** Stream on node a, entity on node b, and between them messages are lost. */
class LostMessagesTest {
  private static TestCluster cluster;

  @BeforeAll
  static void start() {
    cluster = TestCluster.start(LossySerializer.CONFIG, "engine.reattach-interval = 300 ms");
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  @Test
  void aResultThatIsLostBeforeOthersIsToldAgainAndNotConfirmedUntilThen() {
    String id = cluster.idWithEntityOn(cluster.b);
    try (ScriptedClient client = cluster.a.connect(id)) {
      Heard one = send(id, "c1");
      Heard two = send(id, "c2");
      client.awaitCommand();
      client.awaitCommand();
      CompletableFuture<Void> lost = LossySerializer.loseNext(message -> isResult(message, "c1"));
      client.complete("c1", "one");
      TestNode.await(lost);
      client.complete("c2", "two");
      assertThat(one.awaitOutcome()).isEqualTo(completed("one"));
      assertThat(two.awaitOutcome()).isEqualTo(completed("two"));
      // The client may forget both now, and no more.
      Heard three = send(id, "c3");
      CommandDelivery third = client.awaitCommand();
      assertThat(third.getCommandId()).isEqualTo("c3");
      assertThat(third.getResultsConfirmed()).isEqualTo(2);
      client.complete("c3", "three");
      assertThat(three.awaitOutcome()).isEqualTo(completed("three"));
    }
  }

  @Test
  void aLastResultThatIsLostIsToldAgain() {
    String id = cluster.idWithEntityOn(cluster.b);
    try (ScriptedClient client = cluster.a.connect(id)) {
      Heard one = send(id, "c1");
      client.awaitCommand();
      CompletableFuture<Void> lost = LossySerializer.loseNext(message -> isResult(message, "c1"));
      client.complete("c1", "one");
      TestNode.await(lost);
      assertThat(one.awaitOutcome()).isEqualTo(completed("one"));
    }
  }

  @Test
  void aResultThatIsLostTogetherWithOthersIsToldAgain() {
    String id = cluster.idWithEntityOn(cluster.b);
    try (ScriptedClient client = cluster.a.connect(id)) {
      Heard one = send(id, "b1");
      client.awaitCommand();
      CompletableFuture<Void> lost =
          LossySerializer.loseNext(
              message ->
                  message instanceof Gateway.Batch batch
                      && batch.items().stream()
                          .anyMatch(item -> item.message().toStringUtf8().contains("b1")));
      client.complete("b1", "one");
      TestNode.await(lost);
      assertThat(one.awaitOutcome()).isEqualTo(completed("one"));
    }
  }

  @Test
  void aCommandThatIsLostBeforeOthersIsSentAgainAndTheirOrderStays() {
    String id = cluster.idWithEntityOn(cluster.b);
    try (ScriptedClient client = cluster.a.connect(id)) {
      CompletableFuture<Void> lost = LossySerializer.loseNext(message -> isDelivery(message, "d1"));
      Heard one = send(id, "d1");
      TestNode.await(lost);
      Heard two = send(id, "d2");
      Heard three = send(id, "d3");
      for (String expected : new String[] {"d1", "d2", "d3"}) {
        assertThat(client.awaitCommand().getCommandId()).isEqualTo(expected);
        client.complete(expected, expected);
      }
      assertThat(one.awaitOutcome()).isEqualTo(completed("d1"));
      assertThat(two.awaitOutcome()).isEqualTo(completed("d2"));
      assertThat(three.awaitOutcome()).isEqualTo(completed("d3"));
      assertThat(client.unreadCommands()).isZero();
    }
  }

  @Test
  void aLastCommandThatIsLostIsSentAgain() {
    String id = cluster.idWithEntityOn(cluster.b);
    try (ScriptedClient client = cluster.a.connect(id)) {
      CompletableFuture<Void> lost = LossySerializer.loseNext(message -> isDelivery(message, "e1"));
      Heard one = send(id, "e1");
      TestNode.await(lost);
      assertThat(client.awaitCommand().getCommandId()).isEqualTo("e1");
      client.complete("e1", "here");
      assertThat(one.awaitOutcome()).isEqualTo(completed("here"));
    }
  }

  @Test
  void aClientWhoseEndIsLostIsGoneAllTheSame() {
    String id = cluster.idWithEntityOn(cluster.b);
    try (ScriptedClient client = cluster.a.connect(id)) {
      String session =
          cluster.b.connections().list(TestNode.SERVICE, null, 100).stream()
              .filter(one -> one.client().clientId().equals(id))
              .findAny()
              .orElseThrow()
              .sessionId();
      CompletableFuture<Void> lost =
          LossySerializer.loseNext(
              message ->
                  message instanceof ClientConnection.Detach detach
                      && detach.stream().sessionId().equals(session));
      client.leave();
      TestNode.await(lost);
      cluster.eventually(
          () ->
              assertThat(cluster.b.connections().list(TestNode.SERVICE, null, 100))
                  .extracting(one -> one.client().clientId())
                  .doesNotContain(id));
    }
  }

  @Test
  void aSendThatIsLostIsSaidAgainBeforeItsDeadline() {
    String id = cluster.idWithEntityOn(cluster.b);
    try (ScriptedClient client = cluster.a.connect(id)) {
      CompletableFuture<Void> lost = LossySerializer.loseNext(message -> isSend(message, "f1"));
      Heard heard = cluster.c.send(id, TestNode.command("f1", "x", Duration.ofSeconds(6)));
      TestNode.await(lost);
      assertThat(client.awaitCommand().getCommandId()).isEqualTo("f1");
      client.complete("f1", "at last");
      assertThat(heard.awaitOutcome()).isEqualTo(completed("at last"));
    }
  }

  @Test
  void whatWasSentAfterALostSendWaitsForIt() {
    String id = cluster.idWithEntityOn(cluster.b);
    try (ScriptedClient client = cluster.a.connect(id)) {
      CompletableFuture<Void> lost = LossySerializer.loseNext(message -> isSend(message, "h1"));
      // Said again after one of its two seconds.
      cluster.c.send(id, TestNode.command("h1", "x", Duration.ofSeconds(2)));
      TestNode.await(lost);
      cluster.c.send(id, TestNode.command("h2", "x"));
      assertThat(client.awaitCommand().getCommandId()).isEqualTo("h1");
      assertThat(client.awaitCommand().getCommandId()).isEqualTo("h2");
    }
  }

  @Test
  void anAnswerThatIsLostOnItsWayToTheSenderIsGivenAgain() {
    String id = cluster.idWithEntityOn(cluster.b);
    try (ScriptedClient client = cluster.a.connect(id)) {
      Outcome<Any> answer = completed("the answer");
      CompletableFuture<Void> lost =
          LossySerializer.loseNext(
              message -> message instanceof Gateway.Ended ended && ended.outcome().equals(answer));
      Heard heard = cluster.c.send(id, TestNode.command("g1", "x", Duration.ofSeconds(6)));
      assertThat(client.awaitCommand().getCommandId()).isEqualTo("g1");
      client.complete("g1", "the answer");
      TestNode.await(lost);
      assertThat(heard.awaitOutcome()).isEqualTo(answer);
      assertThat(client.unreadCommands()).isZero();
    }
  }

  private static Heard send(String id, String command) {
    return cluster.b.send(id, TestNode.command(command, "x"));
  }

  private static boolean isSend(Object message, String command) {
    return message instanceof ClientConnection.Send send && send.command().id().equals(command);
  }

  private static boolean isResult(Object message, String command) {
    return message instanceof ClientConnection.Resulted resulted
        && resulted.commandId().equals(command);
  }

  private static boolean isDelivery(Object message, String command) {
    return message instanceof Gateway.Deliver deliver
        && deliver.delivery().command().id().equals(command);
  }

  private static Outcome<Any> completed(String answer) {
    return new Outcome.Completed<>(Any.pack(StringValue.of(answer)));
  }
}
