package org.streamingcommands.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.Any;
import com.google.protobuf.StringValue;
import io.grpc.Context;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.streamingcommands.grpc.v1.ClientFrame;
import org.streamingcommands.grpc.v1.CommandServiceGrpc;
import org.streamingcommands.grpc.v1.CommandSpec;
import org.streamingcommands.grpc.v1.ExecuteCommandRequest;
import org.streamingcommands.grpc.v1.ExecuteCommandResponse;
import org.streamingcommands.grpc.v1.Priority;
import org.streamingcommands.grpc.v1.Receipt;
import org.streamingcommands.support.Heard;
import org.streamingcommands.support.TestNode;
import org.streamingcommands.testkit.ScriptedClient;

class ExecuteCommandTest {
  private static ApiNode api;

  @BeforeAll
  static void start() {
    api = ApiNode.start();
  }

  @AfterAll
  static void stop() {
    api.close();
  }

  @Test
  void stepsAreStreamedAsTheyComeAndTheOutcomeIsTheLast() {
    try (ScriptedClient bot = api.node.connect("b1")) {
      Iterator<ExecuteCommandResponse> steps = api.caller().executeCommand(execute("b1", "c1"));
      assertThat(steps.next().getReceipt()).isEqualTo(Receipt.RECEIPT_QUEUED);
      assertThat(steps.next().getReceipt()).isEqualTo(Receipt.RECEIPT_SENT);
      bot.awaitCommand();
      bot.progress("c1", 50);
      assertThat(steps.next().getReceipt()).isEqualTo(Receipt.RECEIPT_RECEIVED);
      assertThat(steps.next().getProgress().getPercent()).isEqualTo(50);
      bot.complete("c1", "done");
      ExecuteCommandResponse last = steps.next();
      assertThat(last.getCommandId()).isEqualTo("c1");
      assertThat(last.getOutcome().hasCompleted()).isTrue();
      assertThat(steps.hasNext()).isFalse();
    }
  }

  @Test
  void whatTheClientSaysOfItsProgressArrivesWhole() throws Exception {
    try (ScriptedClient bot = api.node.connect("reports")) {
      Iterator<ExecuteCommandResponse> steps =
          api.caller().executeCommand(execute("reports", "c1"));
      assertThat(steps.next().getReceipt()).isEqualTo(Receipt.RECEIPT_QUEUED);
      bot.awaitCommand();
      ClientFrame.Builder frame = ClientFrame.newBuilder();
      frame
          .getProgressBuilder()
          .setCommandId("c1")
          .getProgressBuilder()
          .setPercent(42)
          .setMessage("half way")
          .setPayload(Any.pack(StringValue.of("details")));
      bot.send(frame);
      ExecuteCommandResponse step = steps.next();
      while (!step.hasProgress()) {
        step = steps.next();
      }
      assertThat(step.getProgress().getPercent()).isEqualTo(42);
      assertThat(step.getProgress().getMessage()).isEqualTo("half way");
      assertThat(step.getProgress().getPayload().unpack(StringValue.class))
          .isEqualTo(StringValue.of("details"));
    }
  }

  @Test
  void aPriorityAndACoalescingKeyReachTheClientsQueue() throws Exception {
    try (ApiNode narrow = ApiNode.start("connection.max-in-flight = 1");
        ScriptedClient bot = narrow.node.connect("b1")) {
      queue(narrow, ApiNode.command("blocks"));
      assertThat(bot.awaitCommand().getCommandId()).isEqualTo("blocks");
      Iterator<ExecuteCommandResponse> older =
          narrow
              .caller()
              .executeCommand(
                  ExecuteCommandRequest.newBuilder()
                      .setService(TestNode.SERVICE)
                      .setClientId("b1")
                      .setCommand(ApiNode.command("config-1").setCoalescingKey("config"))
                      .build());
      assertThat(older.next().getReceipt()).isEqualTo(Receipt.RECEIPT_QUEUED);
      queue(narrow, ApiNode.command("normal"));
      queue(narrow, ApiNode.command("config-2", "new").setCoalescingKey("config"));
      queue(narrow, ApiNode.command("high").setPriority(Priority.PRIORITY_HIGH));
      StatusRuntimeException superseded =
          catchThrowableOfType(StatusRuntimeException.class, older::hasNext);
      assertThat(ApiNode.errorInfo(superseded).getReason()).isEqualTo("SUPERSEDED");
      bot.complete("blocks", "done");
      for (String id : List.of("high", "normal", "config-2")) {
        assertThat(bot.awaitCommand().getCommandId()).isEqualTo(id);
        bot.complete(id, "done");
      }
    }
  }

  private static void queue(ApiNode to, CommandSpec.Builder command) {
    to.caller()
        .sendCommandToClient(
            ApiNode.send("b1", command).setWaitFor(Receipt.RECEIPT_QUEUED).build());
  }

  @Test
  void anUndeliveredCommandEndsTheCallWithItsReason() throws Exception {
    Iterator<ExecuteCommandResponse> steps = api.caller().executeCommand(execute("nobody", "c1"));
    StatusRuntimeException failure =
        catchThrowableOfType(StatusRuntimeException.class, steps::hasNext);
    assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(ApiNode.errorInfo(failure).getReason()).isEqualTo("NOT_CONNECTED");
  }

  @Test
  void anAbandonedCallCancelsItsCommandWhereTheCallerAskedForThat() {
    try (ScriptedClient bot = api.node.connect("abandoned")) {
      Context.CancellableContext call = Context.current().withCancellation();
      call.run(
          () ->
              api.asyncCaller()
                  .executeCommand(
                      execute("abandoned", "c1").toBuilder().setCancelOnAbandon(true).build(),
                      RawCalls.endOf(new CompletableFuture<>())));
      bot.awaitCommand();
      call.cancel(null);
      assertThat(bot.awaitCancel().getCommandId()).isEqualTo("c1");
    }
  }

  @Test
  void anAbandonedCallDoesNotCancelWhatAnotherCallJoined() {
    try (ScriptedClient bot = api.node.connect("joined")) {
      ExecuteCommandRequest request =
          execute("joined", "c1").toBuilder().setCancelOnAbandon(true).build();
      // As after a lost network: the same caller asks again before its old call is known to be
      // over.
      StreamReader<ExecuteCommandRequest, ExecuteCommandResponse> old = StreamReader.ofAll();
      CommandServiceGrpc.newStub(api.dial()).executeCommand(request, old);
      bot.awaitCommand();
      StreamReader<ExecuteCommandRequest, ExecuteCommandResponse> again = StreamReader.ofAll();
      api.asyncCaller().executeCommand(request, again);
      assertThat(again.next().getReceipt()).isEqualTo(Receipt.RECEIPT_SENT);
      LongAdder abandoned = api.node.connections().counters().abandoned;
      long before = abandoned.sum();
      old.cancel();
      while (abandoned.sum() == before) {
        Thread.onSpinWait();
      }
      // A cancel would be on the stream before this; and now nobody is left who wants it.
      api.node.send("joined", TestNode.command("sentinel", "x"));
      assertThat(bot.awaitFrame().getCommand().getCommandId()).isEqualTo("sentinel");
      again.cancel();
      assertThat(bot.awaitCancel().getCommandId()).isEqualTo("c1");
    }
  }

  @Test
  void anAbandonedCallLeavesItsCommandRunningElse() {
    try (ScriptedClient bot = api.node.connect("left")) {
      Context.CancellableContext call = Context.current().withCancellation();
      CompletableFuture<Status> ended = new CompletableFuture<>();
      call.run(
          () -> api.asyncCaller().executeCommand(execute("left", "c1"), RawCalls.endOf(ended)));
      bot.awaitCommand();
      call.cancel(null);
      TestNode.await(ended);
      Heard joined = api.node.send("left", TestNode.command("c1", "start"));
      bot.complete("c1", "done");
      assertThat(joined.awaitOutcome().isCompleted()).isTrue();
    }
  }

  @Test
  void aCallerThatReadsSlowlyMissesProgressButNoReceiptAndNotTheOutcome() {
    int count = 50_000;
    SlowCaller caller = new SlowCaller();
    try (ScriptedClient bot = api.node.connect("talkative")) {
      api.asyncCaller().executeCommand(execute("talkative", "c1"), caller);
      bot.awaitCommand();
      for (int i = 0; i < count; i++) {
        bot.progress("c1", i % 100);
      }
      Heard witness = api.node.send("talkative", TestNode.command("c1", "start"));
      bot.complete("c1", "done");
      witness.awaitOutcome();
      caller.readAll();
      TestNode.await(caller.ended);
      List<ExecuteCommandResponse> heard = caller.heard;
      assertThat(heard).hasSizeLessThan(count);
      assertThat(heard.stream().filter(ExecuteCommandResponse::hasReceipt)).hasSize(3);
      assertThat(heard.get(heard.size() - 1).getOutcome().hasCompleted()).isTrue();
    }
  }

  @Test
  void aCommandIdMayBeExecutedAgainAndHasTheSameOutcome() {
    EchoBot echo = EchoBot.connect(api.node.connections(), "echo");
    api.caller().executeCommand(execute("echo", "c1")).forEachRemaining(step -> {});
    Iterator<ExecuteCommandResponse> again = api.caller().executeCommand(execute("echo", "c1"));
    assertThat(again.next().getOutcome().hasCompleted()).isTrue();
    assertThat(again.hasNext()).isFalse();
    assertThat(echo.delivered()).isEqualTo(1);
  }

  private static ExecuteCommandRequest execute(String clientId, String commandId) {
    return ExecuteCommandRequest.newBuilder()
        .setService(TestNode.SERVICE)
        .setClientId(clientId)
        .setCommand(ApiNode.command(commandId))
        .build();
  }

  /** Reads nothing until it is told to. */
  private static final class SlowCaller
      implements ClientResponseObserver<ExecuteCommandRequest, ExecuteCommandResponse> {
    final List<ExecuteCommandResponse> heard = new CopyOnWriteArrayList<>();
    final CompletableFuture<Status> ended = new CompletableFuture<>();
    private volatile ClientCallStreamObserver<ExecuteCommandRequest> call;

    @Override
    public void beforeStart(ClientCallStreamObserver<ExecuteCommandRequest> observer) {
      call = observer;
      observer.disableAutoRequestWithInitial(0);
    }

    void readAll() {
      call.request(Integer.MAX_VALUE);
    }

    @Override
    public void onNext(ExecuteCommandResponse response) {
      heard.add(response);
    }

    @Override
    public void onError(Throwable error) {
      ended.complete(Status.fromThrowable(error));
    }

    @Override
    public void onCompleted() {
      ended.complete(Status.OK);
    }
  }
}
