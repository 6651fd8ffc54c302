package org.streamingcommands.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.streamingcommands.client.Sends.await;
import static org.streamingcommands.client.Sends.awaitUndelivered;
import static org.streamingcommands.client.Sends.say;

import com.google.protobuf.Any;
import com.google.protobuf.Int32Value;
import com.google.protobuf.StringValue;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.streamingcommands.command.CancelResult;
import org.streamingcommands.command.Certainty;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.command.Priority;
import org.streamingcommands.command.Reason;
import org.streamingcommands.command.Receipt;
import org.streamingcommands.command.SendResult;
import org.streamingcommands.grpc.Wire;
import org.streamingcommands.grpc.v1.CommandSpec;
import org.streamingcommands.grpc.v1.DispatchResponse;
import org.streamingcommands.grpc.v1.DispatchSend;

class RemoteSendTest {
  private static final Outcome<Any> DONE = new Outcome.Completed<>(Any.pack(say("done")));

  private final ScriptedNode node = ScriptedNode.start();
  private final StreamingCommandClient<StringValue> client = Sends.client(node.settings());

  @AfterEach
  void disconnect() {
    RemoteConnections.closeAll();
    node.close();
  }

  @Test
  void anAskCarriesTheCommandAndItsOptionsToTheNode() throws Exception {
    var options =
        SendOptions.defaults()
            .withCommandId("c-1")
            .withTimeout(Duration.ofSeconds(20))
            .withPriority(Priority.HIGH)
            .withCoalescingKey("position")
            .withHeader("trace", "t-1");
    client.ask(say("go"), StringValue.class, options);

    ScriptedNode.Heard heard = node.next();
    DispatchSend send = heard.request().getSend();
    CommandSpec spec = send.getCommand();
    assertThat(send.getService()).isEqualTo("bots");
    assertThat(send.getClientId()).isEqualTo("bot-1");
    assertThat(send.getAllSteps()).isFalse();
    assertThat(heard.payload(StringValue.class)).isEqualTo(say("go"));
    assertThat(spec.getCommandId()).isEqualTo("c-1");
    assertThat(spec.getPriority()).isEqualTo(Wire.priority(Priority.HIGH));
    assertThat(spec.getCoalescingKey()).isEqualTo("position");
    assertThat(spec.getHeadersMap()).containsExactly(Map.entry("trace", "t-1"));
    assertThat(Wire.duration(spec.getTimeout()))
        .isGreaterThan(Duration.ofSeconds(5))
        .isLessThanOrEqualTo(Duration.ofSeconds(20));
  }

  @Test
  void theAnswerOfTheClientComesBackTyped() throws Exception {
    var answer = client.ask(say("go"), Int32Value.class);
    node.next().complete(Int32Value.of(7));
    assertThat(await(answer)).isEqualTo(new Outcome.Completed<>(Int32Value.of(7)));
  }

  @Test
  void anAnswerOfAnotherTypeIsAFailureAndNoException() throws Exception {
    var answer = client.ask(say("go"), Int32Value.class);
    node.next().complete(say("done"));
    assertThat(await(answer))
        .isInstanceOfSatisfying(
            Outcome.Failed.class,
            failed -> assertThat(failed.code()).isEqualTo(Outcome.UNEXPECTED_RESULT_TYPE));
  }

  @Test
  void theClientsFailureComesBackAsItIs() throws Exception {
    var answer = client.ask(say("go"), Int32Value.class);
    node.next().outcome(new Outcome.Failed<>("NO_SUCH_BOT", "never heard of it"));
    assertThat(await(answer)).isEqualTo(new Outcome.Failed<>("NO_SUCH_BOT", "never heard of it"));
  }

  @Test
  void interleavedAnswersFindTheirCommands() throws Exception {
    var first = client.ask(say("1"), StringValue.class);
    var second = client.ask(say("2"), StringValue.class);
    var third = client.ask(say("3"), StringValue.class);
    List<ScriptedNode.Heard> heard = List.of(node.next(), node.next(), node.next());
    for (int i : List.of(1, 2, 0)) {
      heard.get(i).complete(heard.get(i).payload(StringValue.class));
    }
    assertThat(await(first).orElseThrow()).isEqualTo(say("1"));
    assertThat(await(second).orElseThrow()).isEqualTo(say("2"));
    assertThat(await(third).orElseThrow()).isEqualTo(say("3"));
    assertThat(node.streams()).isEqualTo(1);
  }

  @Test
  void aSendEndsWithTheReceiptThatItWaitsForOrALaterOne() throws Exception {
    var sent = client.send(say("go"), Receipt.SENT);
    ScriptedNode.Heard heard = node.next();
    assertThat(heard.request().getSend().getWaitFor()).isEqualTo(Wire.receipt(Receipt.SENT));
    heard.receipt(Receipt.QUEUED);
    heard.receipt(Receipt.RECEIVED);
    SendResult result = await(sent);
    assertThat(result).isEqualTo(SendResult.reached(heard.commandId(), Receipt.RECEIVED));
    assertThat(result.isReached()).isTrue();
  }

  @Test
  void aSendEndsWithTheOutcomeWhereThatComesFirst() throws Exception {
    var sent = client.send(say("go"), Receipt.RECEIVED);
    node.next().undelivered(Reason.NOT_CONNECTED, Certainty.NOT_SENT);
    SendResult result = await(sent);
    assertThat(result.isReached()).isFalse();
    assertThat(result.outcome())
        .contains(
            new Outcome.Undelivered<>(Reason.NOT_CONNECTED, Certainty.NOT_SENT, "says the node"));
  }

  @Test
  void aNodesNotSentStandsWhereTheCommandOnlyWaitedInItsQueue() throws Exception {
    for (Receipt receipt : List.of(Receipt.QUEUED, Receipt.SENT)) {
      var outcome =
          client.execute(say("go"), StringValue.class, SendOptions.defaults(), step -> {});
      ScriptedNode.Heard heard = node.next();
      heard.receipt(receipt);
      heard.undelivered(Reason.SUPERSEDED, Certainty.NOT_SENT);
      assertThat(awaitUndelivered(outcome).certainty())
          .isEqualTo(receipt == Receipt.QUEUED ? Certainty.NOT_SENT : Certainty.SENT_UNCONFIRMED);
    }
  }

  @Test
  void anExecutionTellsEveryStepOnceAndInOrder() throws Exception {
    List<CommandStep<StringValue>> steps = new CopyOnWriteArrayList<>();
    var outcome = client.execute(say("go"), StringValue.class, SendOptions.defaults(), steps::add);
    ScriptedNode.Heard heard = node.next();
    assertThat(heard.request().getSend().getAllSteps()).isTrue();
    heard.receipt(Receipt.QUEUED);
    heard.receipt(Receipt.RECEIVED);
    heard.receipt(Receipt.QUEUED);
    heard.receipt(Receipt.RECEIVED);
    heard.progress(50);
    heard.complete(say("done"));
    heard.complete(say("done again"));

    assertThat(await(outcome).orElseThrow()).isEqualTo(say("done"));
    assertThat(steps).hasSize(4);
    assertThat(steps.get(0)).isEqualTo(new CommandStep.Reached<>(Receipt.QUEUED));
    assertThat(steps.get(1)).isEqualTo(new CommandStep.Reached<>(Receipt.RECEIVED));
    assertThat(steps.get(2))
        .isInstanceOfSatisfying(
            CommandStep.Progressed.class, p -> assertThat(p.progress().percent()).isEqualTo(50));
    assertThat(steps.get(3))
        .isEqualTo(new CommandStep.Ended<>(new Outcome.Completed<>(say("done"))));
  }

  @Test
  void aConsumerThatThrowsHarmsNeitherItsCommandNorTheOthers() throws Exception {
    var bad =
        client.execute(
            say("bad"),
            StringValue.class,
            SendOptions.defaults(),
            step -> {
              throw new IllegalStateException("on purpose");
            });
    var good = client.ask(say("good"), StringValue.class);
    for (ScriptedNode.Heard heard : List.of(node.next(), node.next())) {
      heard.receipt(Receipt.QUEUED);
      heard.complete(heard.payload(StringValue.class));
    }
    assertThat(await(bad).orElseThrow()).isEqualTo(say("bad"));
    assertThat(await(good).orElseThrow()).isEqualTo(say("good"));
    assertThat(node.streams()).isEqualTo(1);
  }

  @Test
  void aSendFromWithinAnAnswerGoesOut() throws Exception {
    var chain =
        client
            .ask(say("1"), StringValue.class)
            .thenCompose(first -> client.ask(say("2"), StringValue.class));
    node.next().complete(say("one"));
    node.next().complete(say("two"));
    assertThat(await(chain).orElseThrow()).isEqualTo(say("two"));
  }

  @Test
  void whatIsSentAtOnceGoesTogetherOnceTheNodeSaidThatItReadsBatches() throws Exception {
    ScriptedNode.Heard first = sendsThreeOnceItIsAnswered(client, "x");
    assertThat(first.request().getBatches()).isTrue();
    first.answer(b -> b.setBatches(true).setOutcome(Wire.outcome(DONE)));
    List<ScriptedNode.Heard> three = List.of(node.next(), node.next(), node.next());
    assertThat(three).extracting(ScriptedNode.Heard::commandId).containsExactly("c1", "c2", "c3");
    assertThat(three).extracting(ScriptedNode.Heard::message).containsOnly(2);
    assertThat(three).noneMatch(heard -> heard.request().getBatches());
  }

  @Test
  void aNodeThatDoesNotSaySoGetsEachAlone() throws Exception {
    sendsThreeOnceItIsAnswered(client, "x").outcome(DONE);
    List<ScriptedNode.Heard> three = List.of(node.next(), node.next(), node.next());
    assertThat(three).extracting(ScriptedNode.Heard::message).containsExactly(2, 3, 4);
  }

  @Test
  void whatIsTooMuchForOneMessageGoesInMore() throws Exception {
    ScriptedNode.Heard first = sendsThreeOnceItIsAnswered(client, "x".repeat(7_000));
    first.answer(b -> b.setBatches(true).setOutcome(Wire.outcome(DONE)));
    List<ScriptedNode.Heard> three = List.of(node.next(), node.next(), node.next());
    assertThat(three).extracting(ScriptedNode.Heard::commandId).containsExactly("c1", "c2", "c3");
    assertThat(three).extracting(ScriptedNode.Heard::message).containsExactly(2, 2, 3);
  }

  @Test
  void aMessageWithSeveralIsNoLargerThanTheLargestCommandMayBe() throws Exception {
    var frugal = Sends.client(node.settings().withMaxCommandBytes(250));
    ScriptedNode.Heard first = sendsThreeOnceItIsAnswered(frugal, "x");
    first.answer(b -> b.setBatches(true).setOutcome(Wire.outcome(DONE)));
    List<ScriptedNode.Heard> three = List.of(node.next(), node.next(), node.next());
    assertThat(three).extracting(ScriptedNode.Heard::message).containsExactly(2, 2, 3);
    int two =
        three.get(0).request().getSerializedSize() + three.get(1).request().getSerializedSize();
    assertThat(two).isLessThan(250).isGreaterThan(125);
  }

  /** Sends one, and in its answer three more. */
  private ScriptedNode.Heard sendsThreeOnceItIsAnswered(
      StreamingCommandClient<StringValue> by, String text) throws Exception {
    by.ask(say("first"), StringValue.class)
        .thenRun(
            () -> {
              for (String id : List.of("c1", "c2", "c3")) {
                by.ask(say(text), StringValue.class, SendOptions.defaults().withCommandId(id));
              }
            });
    return node.next();
  }

  @Test
  void answersThatComeTogetherFindTheirCommands() throws Exception {
    var one = client.ask(say("one"), StringValue.class);
    var two = client.ask(say("two"), StringValue.class);
    DispatchResponse.Builder both = DispatchResponse.newBuilder().setBatches(true);
    ScriptedNode.Heard heard = node.next();
    for (ScriptedNode.Heard each : List.of(heard, node.next())) {
      both.addBatchBuilder()
          .setCorrelationId(each.request().getCorrelationId())
          .setOutcome(
              Wire.outcome(new Outcome.Completed<>(Any.pack(each.payload(StringValue.class)))));
    }
    heard.answers().onNext(both.build());
    assertThat(await(one)).isEqualTo(new Outcome.Completed<>(say("one")));
    assertThat(await(two)).isEqualTo(new Outcome.Completed<>(say("two")));
  }

  @Test
  void anAnswerOfAnUnknownKindEndsTheSend() throws Exception {
    var answer = client.ask(say("go"), StringValue.class);
    node.next().answer(step -> {});
    assertThat(awaitUndelivered(answer).certainty()).isEqualTo(Certainty.SENT_UNCONFIRMED);
  }

  @Test
  void aCancelBringsTheVerdictAndTheOutcome() throws Exception {
    var verdict = client.cancel("c-1");
    ScriptedNode.Heard heard = node.next();
    assertThat(heard.request().getCancel().getCommandId()).isEqualTo("c-1");
    Outcome<Any> stopped = new Outcome.Cancelled<>("stopped");
    heard.answer(
        b ->
            b.getCancelBuilder()
                .setResult(org.streamingcommands.grpc.v1.CancelResult.CANCEL_RESULT_CANCELLED)
                .setOutcome(Wire.outcome(stopped)));
    assertThat(await(verdict)).isEqualTo(CancelResult.of(stopped));
  }

  @Test
  void aCancelThatNobodyAnswersSaysSo() throws Exception {
    var impatient =
        Sends.client(node.settings().withCallTimeout(Duration.ofMillis(200))).cancel("c-1");
    assertThat(await(impatient).verdict()).isEqualTo(CancelResult.Verdict.NOT_CONFIRMED);
  }

  @Test
  void anOversizedCommandDoesNotTouchTheSharedStream() throws Exception {
    var client = Sends.client(node.settings().withMaxCommandBytes(1000));
    var small = client.ask(say("small"), StringValue.class);
    ScriptedNode.Heard heard = node.next();
    var big = awaitUndelivered(client.ask(say("x".repeat(1000)), StringValue.class));
    assertThat(big.reason()).isEqualTo(Reason.TOO_LARGE);
    assertThat(big.certainty()).isEqualTo(Certainty.NOT_SENT);
    heard.complete(say("done"));
    assertThat(await(small).isCompleted()).isTrue();
    assertThat(node.isQuiet()).isTrue();
  }

  @Test
  void wrongOptionsEndTheSendAndNameTheField() throws Exception {
    var badId = SendOptions.defaults().withCommandId("a\nb");
    var badHeader = SendOptions.defaults().withHeader("", "x");
    assertInvalid(badId, "command_id");
    assertInvalid(badHeader, "headers");
    assertInvalid(SendOptions.defaults().withCoalescingKey("k".repeat(256)), "coalescing_key");
    assertThat(node.isQuiet()).isTrue();
  }

  private void assertInvalid(SendOptions options, String field) throws Exception {
    var end = awaitUndelivered(client.ask(say("go"), StringValue.class, options));
    assertThat(end.reason()).isEqualTo(Reason.INVALID_COMMAND);
    assertThat(end.certainty()).isEqualTo(Certainty.NOT_SENT);
    assertThat(end.message()).contains(field);
  }

  @Test
  void aTimeoutThatIsOverIsNotSent() throws Exception {
    var options = SendOptions.defaults().withTimeout(Duration.ZERO);
    var end = awaitUndelivered(client.ask(say("go"), StringValue.class, options));
    assertThat(end.reason()).isEqualTo(Reason.TIMED_OUT);
    assertThat(end.certainty()).isEqualTo(Certainty.NOT_SENT);
  }

  @Test
  void wrongNamesAreRefusedWhenTheClientIsMade() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> StreamingCommandClient.remote(node.settings(), "my bots", "bot-1"))
        .withMessageContaining("service");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> StreamingCommandClient.remote(node.settings(), "bots", ""))
        .withMessageContaining("client_id");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> StreamingCommandClient.remote(CommandClientSettings.defaults(), "bots", "bot-1"))
        .withMessageContaining("api-address");
  }
}
