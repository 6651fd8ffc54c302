package org.streamingcommands.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.StringValue;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Status;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.streamingcommands.grpc.v1.CancelCommandRequest;
import org.streamingcommands.grpc.v1.CancelResult;
import org.streamingcommands.grpc.v1.CommandServiceGrpc;
import org.streamingcommands.grpc.v1.CommandSpec;
import org.streamingcommands.grpc.v1.DispatchRequest;
import org.streamingcommands.grpc.v1.DispatchResponse;
import org.streamingcommands.grpc.v1.DispatchSend;
import org.streamingcommands.grpc.v1.Reason;
import org.streamingcommands.grpc.v1.Receipt;
import org.streamingcommands.grpc.v1.Undelivered;
import org.streamingcommands.support.Heard;
import org.streamingcommands.support.TestNode;
import org.streamingcommands.testkit.ScriptedClient;

class DispatchTest {
  private static ApiNode api;

  @BeforeAll
  static void start() {
    api = ApiNode.start("api.max-message-size = 1 MiB", "api.max-in-flight = 2000");
    EchoBot.connect(api.node.connections(), "echo");
  }

  @AfterAll
  static void stop() {
    api.close();
  }

  @Test
  void everyCommandIsAnsweredByItsCorrelationId() throws Exception {
    try (DispatchCaller caller = DispatchCaller.open(api.channel())) {
      for (int i = 0; i < 100; i++) {
        caller.send(i, "echo", ApiNode.command("many-" + i, "text " + i));
      }
      Set<Long> answered = new HashSet<>();
      for (int i = 0; i < 100; i++) {
        DispatchResponse response = caller.await();
        answered.add(response.getCorrelationId());
        assertThat(
                response
                    .getOutcome()
                    .getCompleted()
                    .getResult()
                    .unpack(StringValue.class)
                    .getValue())
            .isEqualTo("text " + response.getCorrelationId());
      }
      assertThat(answered).hasSize(100);
    }
  }

  @Test
  void twentyThousandCommandsGoThroughAWindow() {
    int count = 20_000;
    Semaphore window = new Semaphore(1024);
    AtomicInteger completed = new AtomicInteger();
    CompletableFuture<Void> done = new CompletableFuture<>();
    StreamObserver<DispatchRequest> out =
        CommandServiceGrpc.newStub(api.channel())
            .dispatch(
                new StreamObserver<>() {
                  @Override
                  public void onNext(DispatchResponse response) {
                    window.release();
                    if (response.getOutcome().hasCompleted()
                        && completed.incrementAndGet() == count) {
                      done.complete(null);
                    }
                  }

                  @Override
                  public void onError(Throwable error) {
                    done.completeExceptionally(error);
                  }

                  @Override
                  public void onCompleted() {}
                });
    Any payload = Any.pack(StringValue.of("x".repeat(100)));
    for (int i = 0; i < count; i++) {
      acquire(window);
      out.onNext(
          DispatchRequest.newBuilder()
              .setCorrelationId(i)
              .setSend(DispatchCaller.to("echo", CommandSpec.newBuilder().setPayload(payload)))
              .build());
    }
    TestNode.await(done);
    out.onCompleted();
    assertThat(completed).hasValue(count);
  }

  private static void acquire(Semaphore window) {
    try {
      assertThat(window.tryAcquire(TestNode.PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void allStepsComeInTheirOrderWhereTheyAreAskedFor() {
    try (ScriptedClient bot = api.node.connect("steps");
        DispatchCaller caller = DispatchCaller.open(api.channel())) {
      caller.send(
          DispatchRequest.newBuilder()
              .setCorrelationId(7)
              .setSend(DispatchCaller.to("steps", ApiNode.command("c1")).setAllSteps(true)));
      assertThat(caller.await().getReceipt()).isEqualTo(Receipt.RECEIPT_QUEUED);
      assertThat(caller.await().getReceipt()).isEqualTo(Receipt.RECEIPT_SENT);
      bot.awaitCommand();
      bot.received("c1");
      assertThat(caller.await().getReceipt()).isEqualTo(Receipt.RECEIPT_RECEIVED);
      bot.progress("c1", 40);
      assertThat(caller.await().getProgress().getPercent()).isEqualTo(40);
      bot.complete("c1", "done");
      DispatchResponse last = caller.await();
      assertThat(last.getCorrelationId()).isEqualTo(7);
      assertThat(last.getOutcome().hasCompleted()).isTrue();
    }
  }

  @Test
  void aWishedReceiptIsAnsweredOnceAndThenNothingMore() {
    try (ScriptedClient bot = api.node.connect("wish");
        DispatchCaller caller = DispatchCaller.open(api.channel())) {
      caller.send(
          DispatchRequest.newBuilder()
              .setCorrelationId(1)
              .setSend(
                  DispatchCaller.to("wish", ApiNode.command("c1"))
                      .setWaitFor(Receipt.RECEIPT_SENT)));
      assertThat(caller.await().getReceipt()).isEqualTo(Receipt.RECEIPT_SENT);
      bot.awaitCommand();
      bot.complete("c1", "done");
      // The id is free again, and its second use is the next that is heard of.
      caller.send(1, "wish", ApiNode.command("c1"));
      assertThat(caller.await().getOutcome().hasCompleted()).isTrue();
      caller.halfClose();
      assertThat(caller.awaitEnd().isOk()).isTrue();
      assertThat(caller.unread()).isZero();
    }
  }

  @Test
  void aCancelIsAnsweredOnItsOwnCorrelationId() {
    try (ScriptedClient bot = api.node.connect("stopped");
        DispatchCaller caller = DispatchCaller.open(api.channel())) {
      caller.send(1, "stopped", ApiNode.command("c1"));
      bot.awaitCommand();
      caller.send(cancel(2, "stopped", "c1"));
      bot.awaitCancel();
      bot.cancelled("c1");
      for (int i = 0; i < 2; i++) {
        DispatchResponse response = caller.await();
        if (response.getCorrelationId() == 1) {
          assertThat(response.getOutcome().hasCancelled()).isTrue();
        } else {
          assertThat(response.getCancel().getResult())
              .isEqualTo(CancelResult.CANCEL_RESULT_CANCELLED);
          assertThat(response.getCancel().getOutcome().hasCancelled()).isTrue();
        }
      }
    }
  }

  private static DispatchRequest.Builder cancel(long id, String clientId, String commandId) {
    return DispatchRequest.newBuilder()
        .setCorrelationId(id)
        .setCancel(
            CancelCommandRequest.newBuilder()
                .setService(TestNode.SERVICE)
                .setClientId(clientId)
                .setCommandId(commandId));
  }

  @Test
  void aWrongRequestIsTheOutcomeOfItsOwnCorrelationIdOnly() {
    try (DispatchCaller caller = DispatchCaller.open(api.channel())) {
      caller.send(DispatchRequest.newBuilder().setCorrelationId(1));
      assertInvalid(caller.await(), 1, "request: must be set");
      caller.send(2, "echo", CommandSpec.newBuilder());
      assertInvalid(caller.await(), 2, "command.payload: must be set");
      caller.send(3, "echo", ApiNode.command("x".repeat(101)));
      assertInvalid(caller.await(), 3, "command_id: ");
      caller.send(4, "", ApiNode.command("c1"));
      assertInvalid(caller.await(), 4, "client_id: ");
      caller.send(
          DispatchRequest.newBuilder()
              .setCorrelationId(5)
              .setSend(DispatchSend.newBuilder().setService("bots").setClientId("echo")));
      assertInvalid(caller.await(), 5, "command: must be set");
      caller.send(cancel(6, "echo", ""));
      assertInvalid(caller.await(), 6, "command_id: ");
      caller.send(
          DispatchRequest.newBuilder()
              .setCorrelationId(7)
              .setSend(
                  DispatchSend.newBuilder()
                      .setService("ghosts")
                      .setClientId("g1")
                      .setCommand(ApiNode.command("c1"))));
      assertThat(caller.await().getOutcome().getUndelivered().getReason())
          .isEqualTo(Reason.REASON_UNKNOWN_SERVICE);
      caller.send(8, "echo", ApiNode.command("after-wrong-ones"));
      assertThat(caller.await().getOutcome().hasCompleted()).isTrue();
    }
  }

  @Test
  void aBatchIsItsRequestsOneAfterTheOther() {
    try (ScriptedClient bot = api.node.connect("batched");
        DispatchCaller caller = DispatchCaller.open(api.channel())) {
      DispatchRequest.Builder batch = DispatchRequest.newBuilder();
      for (int i = 1; i <= 3; i++) {
        batch
            .addBatchBuilder()
            .setCorrelationId(i)
            .setSend(DispatchCaller.to("batched", ApiNode.command("c" + i)));
      }
      caller.send(batch);
      for (int i = 1; i <= 3; i++) {
        assertThat(bot.awaitCommand().getCommandId()).isEqualTo("c" + i);
        bot.complete("c" + i, "done");
        DispatchResponse answer = caller.await();
        assertThat(answer.getCorrelationId()).isEqualTo(i);
        assertThat(answer.getOutcome().hasCompleted()).isTrue();
        assertThat(answer.getBatches()).isFalse();
      }
    }
  }

  @Test
  void aSenderThatReadsBatchesGetsThemAndHearsThatItMaySendThem() {
    try (DispatchCaller caller = DispatchCaller.open(api.channel())) {
      DispatchRequest.Builder wrong = DispatchRequest.newBuilder().setBatches(true);
      for (int i = 1; i <= 3; i++) {
        wrong.addBatchBuilder().setCorrelationId(i);
      }
      caller.send(wrong);
      DispatchResponse answer = caller.await();
      assertThat(answer.getBatches()).isTrue();
      assertThat(answer.getBatchCount()).isEqualTo(3);
      for (int i = 1; i <= 3; i++) {
        assertInvalid(answer.getBatch(i - 1), i, "request: must be set");
      }
      caller.send(DispatchRequest.newBuilder().setCorrelationId(4));
      DispatchResponse next = caller.await();
      assertInvalid(next, 4, "request: must be set");
      assertThat(next.getBatches()).isFalse();
    }
  }

  @Test
  void aBatchThatIsWrittenWronglyCostsNothingElse() {
    try (DispatchCaller caller = DispatchCaller.open(api.channel())) {
      DispatchRequest.Builder good =
          DispatchRequest.newBuilder()
              .setCorrelationId(1)
              .setSend(DispatchCaller.to("echo", ApiNode.command("")));
      caller.send(good.clone().addBatch(good.clone().setCorrelationId(2)));
      assertInvalid(caller.await(), 1, "batch: must be alone");
      assertThat(caller.await().getCorrelationId()).isEqualTo(2);

      DispatchRequest nested =
          DispatchRequest.newBuilder().setCorrelationId(3).addBatch(good).build();
      caller.send(DispatchRequest.newBuilder().addBatch(nested).addBatch(good.setCorrelationId(4)));
      assertInvalid(caller.await(), 3, "batch: must be alone");
      DispatchResponse last = caller.await();
      assertThat(last.getCorrelationId()).isEqualTo(4);
      assertThat(last.getOutcome().hasCompleted()).isTrue();
    }
  }

  @Test
  void aCorrelationIdInFlightIsNotTakenTwice() {
    EchoBot bot = EchoBot.connectMute(api.node.connections(), "twice");
    try (DispatchCaller caller = DispatchCaller.open(api.channel())) {
      caller.send(1, "twice", ApiNode.command("c1"));
      caller.send(1, "twice", ApiNode.command("c2"));
      assertInvalid(caller.await(), 1, "correlation_id: 1 is in use");
      bot.complete("c1", Any.getDefaultInstance());
      assertThat(caller.await().getOutcome().hasCompleted()).isTrue();
    }
  }

  private static void assertInvalid(DispatchResponse response, long id, String message) {
    assertThat(response.getCorrelationId()).isEqualTo(id);
    Undelivered undelivered = response.getOutcome().getUndelivered();
    assertThat(undelivered.getReason()).isEqualTo(Reason.REASON_INVALID_COMMAND);
    assertThat(undelivered.getMessage()).startsWith(message);
  }

  @Test
  void garbageEndsItsStreamAndNoOtherOfTheConnection() {
    ManagedChannel shared = api.dial();
    try (DispatchCaller other = DispatchCaller.open(shared)) {
      other.send(1, "echo", ApiNode.command("before-garbage"));
      other.await();
      for (int round = 0; round < 20; round++) {
        CompletableFuture<Status> ended = new CompletableFuture<>();
        StreamObserver<byte[]> garbler = rawDispatch(shared, ended);
        // Answers of its own are on their way when it goes bad.
        for (int i = 0; i < 200; i++) {
          garbler.onNext(
              DispatchRequest.newBuilder()
                  .setCorrelationId(i)
                  .setSend(DispatchCaller.to("echo", ApiNode.command("", "x".repeat(1000))))
                  .build()
                  .toByteArray());
        }
        garbler.onNext("\u0007this is no protobuf".getBytes(StandardCharsets.UTF_8));
        // Traffic of the other one while the bad one ends.
        for (int i = 0; i < 50; i++) {
          other.send(i, "echo", ApiNode.command(""));
        }
        assertThat(TestNode.await(ended).getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
        for (int i = 0; i < 50; i++) {
          assertThat(other.await().getOutcome().hasCompleted()).isTrue();
        }
      }
      assertThat(other.hasEnded()).isFalse();
    }
  }

  @Test
  void aMessageOverTheLimitEndsItsStreamAndNoOtherOfTheConnection() {
    ManagedChannel shared = api.dial();
    try (DispatchCaller other = DispatchCaller.open(shared)) {
      other.send(1, "echo", ApiNode.command(""));
      other.await();
      CompletableFuture<Status> ended = new CompletableFuture<>();
      rawDispatch(shared, ended).onNext(new byte[2 << 20]);
      assertThat(TestNode.await(ended).getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
      other.send(2, "echo", ApiNode.command(""));
      assertThat(other.await().getOutcome().hasCompleted()).isTrue();
    }
  }

  private static StreamObserver<byte[]> rawDispatch(
      ManagedChannel channel, CompletableFuture<Status> ended) {
    return ClientCalls.asyncBidiStreamingCall(
        channel.newCall(
            RawCalls.method(
                MethodType.BIDI_STREAMING,
                CommandServiceGrpc.getDispatchMethod().getFullMethodName()),
            CallOptions.DEFAULT),
        RawCalls.endOf(ended));
  }

  @Test
  void aHalfClosedStreamStillGetsItsAnswers() {
    EchoBot bot = EchoBot.connectMute(api.node.connections(), "late");
    try (DispatchCaller caller = DispatchCaller.open(api.channel())) {
      caller.send(
          DispatchRequest.newBuilder()
              .setCorrelationId(1)
              .setSend(DispatchCaller.to("late", ApiNode.command("c1")).setAllSteps(true)));
      caller.await();
      caller.halfClose();
      bot.complete("c1", Any.getDefaultInstance());
      DispatchResponse response = caller.await();
      while (!response.hasOutcome()) {
        response = caller.await();
      }
      assertThat(caller.awaitEnd().isOk()).isTrue();
    }
  }

  @Test
  void aStreamThatEndsLeavesItsCommandsRunning() {
    try (ScriptedClient bot = api.node.connect("going-on")) {
      DispatchCaller caller = DispatchCaller.open(api.channel());
      caller.send(1, "going-on", ApiNode.command("c1"));
      bot.awaitCommand();
      caller.cancel();
      caller.awaitEnd();
      Heard joined = api.node.send("going-on", TestNode.command("c1", "start"));
      bot.complete("c1", "done");
      assertThat(joined.awaitOutcome().isCompleted()).isTrue();
    }
  }

  @Test
  void aSlowReaderLosesNoOutcomeAndHoldsBackNobodyElse() {
    ManagedChannel channel = api.dial();
    DispatchCaller slow = DispatchCaller.openWithoutReading(channel);
    int count = 10_000;
    for (int i = 0; i < count; i++) {
      slow.send(i, "echo", ApiNode.command("slow-" + i, "x".repeat(100)));
    }
    try (DispatchCaller other = DispatchCaller.open(channel)) {
      other.send(1, "echo", ApiNode.command(""));
      assertThat(other.await().getOutcome().hasCompleted()).isTrue();
    }
    slow.read(count);
    Set<Long> answered = new HashSet<>();
    for (int i = 0; i < count; i++) {
      DispatchResponse response = slow.await();
      assertThat(response.getOutcome().hasCompleted()).isTrue();
      answered.add(response.getCorrelationId());
    }
    assertThat(answered).hasSize(count);
    slow.close();
  }

  @Test
  void aStreamIsReadNoFurtherWhileMaxInFlightAreUnderWay() {
    try (ApiNode small =
            ApiNode.start("api.max-in-flight = 10", "connection.max-in-flight = 100000");
        DispatchCaller caller = DispatchCaller.open(small.channel())) {
      EchoBot mute = EchoBot.connectMute(small.node.connections(), "mute");
      for (int i = 0; i < 50; i++) {
        caller.send(
            DispatchRequest.newBuilder()
                .setCorrelationId(i)
                .setSend(DispatchCaller.to("mute", ApiNode.command("c" + i)).setAllSteps(true)));
      }
      for (int sent = 0; sent < 10; ) {
        sent += caller.await().getReceipt() == Receipt.RECEIPT_SENT ? 1 : 0;
      }
      assertThat(mute.delivered()).isEqualTo(10);
      mute.complete("c0", Any.getDefaultInstance());
      for (int sent = 0; sent < 1; ) {
        sent += caller.await().getReceipt() == Receipt.RECEIPT_SENT ? 1 : 0;
      }
      assertThat(mute.delivered()).isEqualTo(11);
    }
  }

  @Test
  void aStreamOfAStoppingServerAnswersWhatItReadAndEndsAsUnavailable() {
    try (ApiNode stopping = ApiNode.start("api.stop-timeout = 25 s");
        DispatchCaller caller = DispatchCaller.open(stopping.channel())) {
      EchoBot mute = EchoBot.connectMute(stopping.node.connections(), "mute");
      caller.send(
          DispatchRequest.newBuilder()
              .setCorrelationId(1)
              .setSend(DispatchCaller.to("mute", ApiNode.command("c1")).setAllSteps(true)));
      caller.await();
      caller.await();
      CompletableFuture<Void> stopped = stopping.api.stop().toCompletableFuture();
      mute.complete("c1", Any.getDefaultInstance());
      assertThat(caller.await().getOutcome().hasCompleted()).isTrue();
      assertThat(caller.awaitEnd().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
      stopping.channel().shutdownNow();
      TestNode.await(stopped);
    }
  }
}
