package org.streamingcommands.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.streamingcommands.client.Sends.await;
import static org.streamingcommands.client.Sends.awaitUndelivered;
import static org.streamingcommands.client.Sends.say;

import com.google.protobuf.StringValue;
import io.grpc.Status;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.streamingcommands.command.CancelResult;
import org.streamingcommands.command.Certainty;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.command.Reason;
import org.streamingcommands.command.Receipt;

/** What a sender hears when the node, or the way to it, lets it down. */
class RemoteTroubleTest {
  private static final SendOptions PATIENT =
      SendOptions.defaults().withTimeout(Duration.ofSeconds(60));
  private static final SendOptions HASTY =
      SendOptions.defaults().withTimeout(Duration.ofMillis(200));

  @AfterEach
  void disconnect() {
    RemoteConnections.closeAll();
  }

  @Test
  void aNodeThatNeverAnswersCostsTheTimeoutAndAtMostASecond() throws Exception {
    try (ScriptedNode node = ScriptedNode.start()) {
      long start = System.nanoTime();
      var end =
          awaitUndelivered(Sends.client(node.settings()).ask(say("go"), StringValue.class, HASTY));
      long millis = (System.nanoTime() - start) / 1_000_000;
      assertThat(end.reason()).isEqualTo(Reason.TIMED_OUT);
      assertThat(end.certainty()).isEqualTo(Certainty.SENT_UNCONFIRMED);
      assertThat(millis).isBetween(200L, 1200L);
    }
  }

  @Test
  void aReceiptMakesATimeoutMoreCertain() throws Exception {
    try (ScriptedNode node = ScriptedNode.running(request -> request.receipt(Receipt.RECEIVED))) {
      var end =
          awaitUndelivered(
              Sends.client(node.settings())
                  .execute(say("go"), StringValue.class, HASTY, step -> {}));
      assertThat(end.reason()).isEqualTo(Reason.TIMED_OUT);
      assertThat(end.certainty()).isEqualTo(Certainty.RECEIVED_NOT_FINISHED);
    }
  }

  @Test
  void anAddressWhereNobodyListensIsUnreachableAndNamed() throws Exception {
    int port;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    var settings =
        CommandClientSettings.of("127.0.0.1:" + port).withConnectTimeout(Duration.ofMillis(300));
    var client = Sends.client(settings);
    var asked = client.ask(say("go"), StringValue.class, PATIENT);
    var cancelled = client.cancel("c-1");
    var end = awaitUndelivered(asked);
    assertThat(end.reason()).isEqualTo(Reason.NODE_UNREACHABLE);
    assertThat(end.certainty()).isEqualTo(Certainty.NOT_SENT);
    assertThat(end.message()).contains("127.0.0.1:" + port).contains("refused");
    assertThat(await(cancelled).verdict()).isEqualTo(CancelResult.Verdict.NOT_CONFIRMED);
  }

  @Test
  void anAddressThatAcceptsAndStaysSilentIsUnreachable() throws Exception {
    try (ServerSocket socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      var settings =
          CommandClientSettings.of("127.0.0.1:" + socket.getLocalPort())
              .withConnectTimeout(Duration.ofMillis(300));
      var end = awaitUndelivered(Sends.client(settings).ask(say("go"), StringValue.class, PATIENT));
      assertThat(end.reason()).isEqualTo(Reason.NODE_UNREACHABLE);
      assertThat(end.certainty()).isEqualTo(Certainty.NOT_SENT);
    }
  }

  @Test
  void aNodeThatComesUpWithinConnectTimeoutGetsTheCommand() throws Exception {
    int port;
    try (ScriptedNode gone = ScriptedNode.start()) {
      port = gone.port();
    }
    var settings =
        CommandClientSettings.of("127.0.0.1:" + port).withConnectTimeout(Duration.ofSeconds(30));
    var answer = Sends.client(settings).ask(say("go"), StringValue.class, PATIENT);
    try (ScriptedNode node = ScriptedNode.on(port, request -> request.complete(say("late")))) {
      assertThat(await(answer).orElseThrow()).isEqualTo(say("late"));
      assertThat(node.streams()).isEqualTo(1);
    }
  }

  @Test
  void aBrokenStreamIsAskedAgainWithTheSameIdsInTheSameOrder() throws Exception {
    try (ScriptedNode node = ScriptedNode.start()) {
      var client = Sends.client(node.settings());
      List<String> ids = new ArrayList<>();
      List<CompletableFuture<Outcome<StringValue>>> answers = new ArrayList<>();
      ScriptedNode.Heard last = null;
      for (int i = 0; i < 20; i++) {
        answers.add(client.ask(say("" + i), StringValue.class, PATIENT));
        last = node.next();
        ids.add(last.commandId());
      }
      last.endStream(Status.UNAVAILABLE);
      for (String id : ids) {
        ScriptedNode.Heard again = node.next();
        assertThat(again.stream()).isEqualTo(2);
        assertThat(again.commandId()).isEqualTo(id);
        again.complete(again.payload(StringValue.class));
      }
      for (int i = 0; i < 20; i++) {
        assertThat(await(answers.get(i)).orElseThrow()).isEqualTo(say("" + i));
      }
    }
  }

  /** As a node that stops and has other calls under way; a balancer has another for the next. */
  @Test
  void aNodeThatTakesNoMoreStreamsOnAConnectionIsDialledAnew() throws Exception {
    AtomicReference<SocketAddress> refused = new AtomicReference<>();
    AtomicInteger refusals = new AtomicInteger();
    try (ScriptedNode node =
        ScriptedNode.running(
            request -> {
              refused.compareAndSet(null, request.caller());
              if (request.caller().equals(refused.get())) {
                refusals.incrementAndGet();
                request.endStream(Status.UNAVAILABLE.withDescription("stopping"));
              } else {
                request.complete(say("done"));
              }
            })) {
      var settings = node.settings().withConnectTimeout(Duration.ofMillis(500));
      var asked = Sends.client(settings).ask(say("go"), StringValue.class, PATIENT);
      assertThat(await(asked).orElseThrow()).isEqualTo(say("done"));
      assertThat(refusals).hasValue(1);
    }
  }

  @Test
  void anAskSurvivesTheRestartOfItsNode() throws Exception {
    ScriptedNode first = ScriptedNode.start();
    var answer = Sends.client(first.settings()).ask(say("go"), StringValue.class, PATIENT);
    String id = first.next().commandId();
    first.close();
    try (ScriptedNode second = ScriptedNode.on(first.port(), request -> {})) {
      ScriptedNode.Heard again = second.next();
      assertThat(again.commandId()).isEqualTo(id);
      again.complete(say("done"));
      assertThat(await(answer).orElseThrow()).isEqualTo(say("done"));
    }
  }

  @Test
  void stepsThatComeAgainAfterAskingAgainAreToldOnce() throws Exception {
    try (ScriptedNode node = ScriptedNode.start()) {
      List<CommandStep<StringValue>> steps = new CopyOnWriteArrayList<>();
      var outcome =
          Sends.client(node.settings()).execute(say("go"), StringValue.class, PATIENT, steps::add);
      ScriptedNode.Heard first = node.next();
      first.receipt(Receipt.QUEUED);
      first.receipt(Receipt.SENT);
      first.endStream(Status.UNAVAILABLE);
      ScriptedNode.Heard again = node.next();
      again.receipt(Receipt.QUEUED);
      again.receipt(Receipt.SENT);
      again.receipt(Receipt.RECEIVED);
      again.complete(say("done"));
      await(outcome);
      assertThat(steps)
          .containsExactly(
              new CommandStep.Reached<>(Receipt.QUEUED),
              new CommandStep.Reached<>(Receipt.SENT),
              new CommandStep.Reached<>(Receipt.RECEIVED),
              new CommandStep.Ended<>(new Outcome.Completed<>(say("done"))));
    }
  }

  @Test
  void whatWasWrittenOnceIsNeverCalledNotSent() throws Exception {
    try (ScriptedNode node = ScriptedNode.start()) {
      var client = Sends.client(node.settings());
      var asked = client.ask(say("go"), StringValue.class, PATIENT);
      node.next().endStream(Status.UNAVAILABLE);
      // The second delivery was not sent; of the first one this node knows nothing.
      node.next().undelivered(Reason.NOT_CONNECTED, Certainty.NOT_SENT);
      var end = awaitUndelivered(asked);
      assertThat(end.reason()).isEqualTo(Reason.NOT_CONNECTED);
      assertThat(end.certainty()).isEqualTo(Certainty.SENT_UNCONFIRMED);
    }
  }

  @Test
  void whatWasWrittenToANodeThatStaysAwayTimesOutUnconfirmed() throws Exception {
    ScriptedNode node = ScriptedNode.start();
    var client = Sends.client(node.settings().withConnectTimeout(Duration.ofMillis(200)));
    var written =
        client.ask(
            say("1"), StringValue.class, SendOptions.defaults().withTimeout(Duration.ofSeconds(2)));
    node.next();
    node.close();
    var end = awaitUndelivered(written);
    assertThat(end.reason()).isEqualTo(Reason.TIMED_OUT);
    assertThat(end.certainty()).isEqualTo(Certainty.SENT_UNCONFIRMED);
  }

  @Test
  void aRequestThatEndsEveryStreamIsNotAskedForEver() throws Exception {
    try (ScriptedNode node =
        ScriptedNode.running(
            request -> request.endStream(Status.INVALID_ARGUMENT.withDescription("payload")))) {
      var end =
          awaitUndelivered(
              Sends.client(node.settings()).ask(say("poison"), StringValue.class, PATIENT));
      assertThat(end.reason()).isEqualTo(Reason.NODE_UNREACHABLE);
      assertThat(end.certainty()).isEqualTo(Certainty.SENT_UNCONFIRMED);
      assertThat(end.message()).contains("INVALID_ARGUMENT: payload");
      assertThat(node.streams()).isEqualTo(4);
    }
  }

  @Test
  void aNodeThatDoesNotReadFillsTheQueueAndNotTheMemory() throws Exception {
    try (ScriptedNode node = ScriptedNode.deaf()) {
      var client =
          Sends.client(
              node.settings().withQueueTimeout(Duration.ofMillis(300)).withMaxInFlight(500));
      String text = "x".repeat(16 << 10);
      List<CompletableFuture<Outcome<StringValue>>> asked = new ArrayList<>();
      var options = SendOptions.defaults().withTimeout(Duration.ofSeconds(3));
      for (int i = 0; i < 300; i++) {
        asked.add(client.ask(say(text), StringValue.class, options));
      }
      int full = 0;
      for (var future : asked) {
        var end = awaitUndelivered(future);
        boolean isFull = end.reason() == Reason.QUEUE_FULL;
        full += isFull ? 1 : 0;
        assertThat(end.reason()).isIn(Reason.QUEUE_FULL, Reason.TIMED_OUT);
        assertThat(end.certainty())
            .isEqualTo(isFull ? Certainty.NOT_SENT : Certainty.SENT_UNCONFIRMED);
      }
      assertThat(full).isBetween(100, 299);
    }
  }

  @Test
  void moreThanTheBoundsAllowIsRefusedAtOnce() throws Exception {
    try (ScriptedNode node = ScriptedNode.start()) {
      var client = Sends.client(node.settings().withMaxInFlight(2));
      List<CompletableFuture<Outcome<StringValue>>> taken = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        taken.add(client.ask(say("" + i), StringValue.class, PATIENT));
      }
      var refused = client.ask(say("4"), StringValue.class, PATIENT);
      assertThat(refused).isDone();
      assertThat(awaitUndelivered(refused).reason()).isEqualTo(Reason.QUEUE_FULL);
      for (int i = 0; i < 4; i++) {
        ScriptedNode.Heard heard = node.next();
        assertThat(heard.payload(StringValue.class)).isEqualTo(say("" + i));
        // The third goes out only when one of the first two has its answer.
        heard.complete(say("done"));
        assertThat(await(taken.get(i)).isCompleted()).isTrue();
      }
    }
  }

  @Test
  void closingAllEndsWhatIsUnderWay() throws Exception {
    try (ScriptedNode node = ScriptedNode.start()) {
      var client = Sends.client(node.settings());
      var asked = client.ask(say("go"), StringValue.class, PATIENT);
      node.next();
      RemoteConnections.closeIdle();
      assertThat(RemoteConnections.open()).isEqualTo(1);
      RemoteConnections.closeAll();
      var end = awaitUndelivered(asked);
      assertThat(end.reason()).isEqualTo(Reason.SHUTTING_DOWN);
      assertThat(end.certainty()).isEqualTo(Certainty.SENT_UNCONFIRMED);
      assertThat(RemoteConnections.open()).isZero();

      var next = client.ask(say("again"), StringValue.class, PATIENT);
      node.next().complete(say("done"));
      assertThat(await(next).isCompleted()).isTrue();
    }
  }
}
