package org.streamingcommands.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.StringValue;
import io.grpc.Context;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.streamingcommands.command.Receipt;
import org.streamingcommands.grpc.v1.SendCommandToClientRequest;
import org.streamingcommands.grpc.v1.SendCommandToClientResponse;
import org.streamingcommands.support.Heard;
import org.streamingcommands.support.TestNode;
import org.streamingcommands.testkit.ScriptedClient;

class SendCommandTest {
  private static ApiNode api;

  @BeforeAll
  static void start() {
    api = ApiNode.start("api.max-message-size = 1 MiB");
  }

  @AfterAll
  static void stop() {
    api.close();
  }

  @Test
  void anOutcomeAnswersTheCall() throws Exception {
    try (ScriptedClient bot = api.node.connect("b1")) {
      var answer =
          api.futureCaller().sendCommandToClient(ApiNode.send("b1", ApiNode.command("c1")).build());
      assertThat(bot.awaitCommand().getPayload().unpack(StringValue.class).getValue())
          .isEqualTo("start");
      bot.complete("c1", "done");
      SendCommandToClientResponse response =
          answer.get(TestNode.PATIENCE.toSeconds(), TimeUnit.SECONDS);
      assertThat(response.getCommandId()).isEqualTo("c1");
      assertThat(
              response.getOutcome().getCompleted().getResult().unpack(StringValue.class).getValue())
          .isEqualTo("done");
    }
  }

  @Test
  void aFailureThatTheClientReportsIsAnAnswerAndNoError() throws Exception {
    try (ScriptedClient bot = api.node.connect("failing")) {
      var answer =
          api.futureCaller()
              .sendCommandToClient(ApiNode.send("failing", ApiNode.command("c1")).build());
      bot.awaitCommand();
      bot.fail("c1", "NO_SUCH_BOT");
      assertThat(
              answer
                  .get(TestNode.PATIENCE.toSeconds(), TimeUnit.SECONDS)
                  .getOutcome()
                  .getFailed()
                  .getCode())
          .isEqualTo("NO_SUCH_BOT");
    }
  }

  @Test
  void aCommandWithoutIdGetsOne() {
    EchoBot.connect(api.node.connections(), "echo");
    assertThat(
            api.caller()
                .sendCommandToClient(ApiNode.send("echo", ApiNode.command("")).build())
                .getCommandId())
        .isNotEmpty();
  }

  @Test
  void aWishedReceiptAnswersTheCallAndTheCommandGoesOn() {
    try (ScriptedClient bot = api.node.connect("receipts")) {
      SendCommandToClientRequest request =
          ApiNode.send("receipts", ApiNode.command("c1"))
              .setWaitFor(org.streamingcommands.grpc.v1.Receipt.RECEIPT_SENT)
              .build();
      assertThat(api.caller().sendCommandToClient(request).getReceipt())
          .isEqualTo(org.streamingcommands.grpc.v1.Receipt.RECEIPT_SENT);
      bot.awaitCommand();
      Heard joined = api.node.send("receipts", TestNode.command("c1", "start"));
      bot.complete("c1", "done");
      assertThat(joined.awaitOutcome().isCompleted()).isTrue();
    }
  }

  @Test
  void theOutcomeAnswersWhereItComesBeforeTheWishedReceipt() {
    EchoBot.connect(api.node.connections(), "quick");
    SendCommandToClientRequest request =
        ApiNode.send("quick", ApiNode.command("c1"))
            .setWaitFor(org.streamingcommands.grpc.v1.Receipt.RECEIPT_RECEIVED)
            .build();
    assertThat(api.caller().sendCommandToClient(request).getOutcome().hasCompleted()).isTrue();
  }

  @Test
  void anUnknownClientIsUnavailableWithTheReasonInTheDetails() throws Exception {
    StatusRuntimeException failure = failureOf(ApiNode.send("nobody", ApiNode.command("c1")));
    assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(ApiNode.errorInfo(failure).getReason()).isEqualTo("NOT_CONNECTED");
    assertThat(ApiNode.errorInfo(failure).getDomain()).isEqualTo("streamingcommands.org");
    assertThat(ApiNode.errorInfo(failure).getMetadataMap())
        .containsEntry("certainty", "NOT_SENT")
        .containsEntry("command_id", "c1");
  }

  @Test
  void theCallsDeadlineIsTheCommandsWhereItIsEarlier() throws Exception {
    try (ScriptedClient bot = api.node.connect("slow")) {
      // A caller that asks for a second is answered by the server and not by its own clock, which
      // it would be with a deadline of its own; so the header is set by hand.
      CompletableFuture<Status> ended = new CompletableFuture<>();
      RawCalls.withHeader(api.channel(), "grpc-timeout", "100m")
          .sendCommandToClient(ApiNode.send("slow", ApiNode.command("c1")).build(), endOf(ended));
      bot.awaitCommand();
      assertThat(TestNode.await(ended).getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
    }
  }

  @Test
  void anAbandonedCallCancelsItsCommandWhereTheCallerAskedForThat() {
    try (ScriptedClient bot = api.node.connect("abandoned")) {
      Context.CancellableContext call = Context.current().withCancellation();
      call.run(
          () ->
              api.asyncCaller()
                  .sendCommandToClient(
                      ApiNode.send("abandoned", ApiNode.command("c1"))
                          .setCancelOnAbandon(true)
                          .build(),
                      endOf(new CompletableFuture<>())));
      bot.awaitCommand();
      call.cancel(null);
      assertThat(bot.awaitCancel().getCommandId()).isEqualTo("c1");
    }
  }

  @Test
  void anAbandonedCallLeavesItsCommandRunningElse() {
    try (ScriptedClient bot = api.node.connect("left")) {
      CompletableFuture<Status> ended = new CompletableFuture<>();
      Context.CancellableContext call = Context.current().withCancellation();
      call.run(
          () ->
              api.asyncCaller()
                  .sendCommandToClient(
                      ApiNode.send("left", ApiNode.command("c1")).build(), endOf(ended)));
      bot.awaitCommand();
      call.cancel(null);
      assertThat(TestNode.await(ended).getCode()).isEqualTo(Status.Code.CANCELLED);
      Heard joined = api.node.send("left", TestNode.command("c1", "start"));
      joined.awaitReceipt(Receipt.SENT);
      bot.complete("c1", "done");
      assertThat(joined.awaitOutcome().isCompleted()).isTrue();
    }
  }

  @Test
  void aCallThatMayBeAbandonedIsAnsweredLikeAnyOther() {
    EchoBot.connect(api.node.connections(), "kept");
    assertThat(
            api.caller()
                .sendCommandToClient(
                    ApiNode.send("kept", ApiNode.command("c1")).setCancelOnAbandon(true).build())
                .getOutcome()
                .hasCompleted())
        .isTrue();
    StatusRuntimeException failure =
        failureOf(ApiNode.send("nobody", ApiNode.command("c1")).setCancelOnAbandon(true));
    assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
  }

  @Test
  void aMessageOfManyHttp2FramesArrivesWhole() {
    EchoBot.connect(api.node.connections(), "large");
    String text = "x".repeat(500_000);
    assertThat(
            api.caller()
                .sendCommandToClient(ApiNode.send("large", ApiNode.command("c1", text)).build())
                .getOutcome()
                .getCompleted()
                .getResult()
                .getSerializedSize())
        .isGreaterThan(500_000);
  }

  @Test
  void aMessageOverTheLimitIsResourceExhausted() {
    StatusRuntimeException failure =
        failureOf(ApiNode.send("any", ApiNode.command("c1", "x".repeat(2 << 20))));
    assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    assertThat(failure.getStatus().getDescription()).contains("1048576");
  }

  private static StatusRuntimeException failureOf(SendCommandToClientRequest.Builder request) {
    return catchThrowableOfType(
        StatusRuntimeException.class, () -> api.caller().sendCommandToClient(request.build()));
  }

  private static StreamObserver<SendCommandToClientResponse> endOf(
      CompletableFuture<Status> ended) {
    return RawCalls.endOf(ended);
  }
}
