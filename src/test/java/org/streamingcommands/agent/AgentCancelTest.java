package org.streamingcommands.agent;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Int32Value;
import com.google.protobuf.StringValue;
import io.grpc.Context;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.streamingcommands.grpc.Wire;
import org.streamingcommands.grpc.v1.CommandResult;

class AgentCancelTest {
  private final ScriptedEdge edge = new ScriptedEdge();
  private final ManualTimers timers = new ManualTimers();
  private final AtomicInteger runs = new AtomicInteger();
  private final Gate running = new Gate();
  private final Gate finish = new Gate();
  private final AgentBuilder builder =
      Agent.builder(edge.address()).service("bots").clientId("bot-1").timers(timers);
  private Agent agent;

  @AfterEach
  void close() {
    finish.open();
    agent.close();
    edge.close();
  }

  private ScriptedStream connect(CommandHandler<StringValue, StringValue> handler) {
    agent = builder.on(StringValue.class, handler).connect();
    return edge.welcome();
  }

  private ScriptedStream connectBlocking() {
    return connect(
        (command, context) -> {
          runs.incrementAndGet();
          running.open();
          finish.await();
          return command;
        });
  }

  private StringValue untilCancelled(CommandContext context) throws Exception {
    var cancelled = new Gate();
    running.open();
    context.onCancel(cancelled::open);
    cancelled.await();
    throw new CancellationException("stopped");
  }

  @Test
  void aQueuedCommandIsCancelledWithoutRunning() throws Exception {
    ScriptedStream stream = connectBlocking();
    stream.command("first", "");
    stream.command("second", "");
    stream.expectReceipt("first");
    stream.expectReceipt("second");
    running.await();

    stream.cancel("second");

    CommandResult second = stream.result();
    assertThat(second.getCommandId()).isEqualTo("second");
    assertThat(second.hasCancelled()).isTrue();
    finish.open();
    assertThat(stream.result().getCommandId()).isEqualTo("first");
    stream.command("third", "");
    stream.expectReceipt("third");
    stream.result();
    assertThat(runs).hasValue(2);
  }

  @Test
  void aRunningCommandThatStopsIsCancelled() throws Exception {
    ScriptedStream stream = connect((command, context) -> untilCancelled(context));
    stream.command("c1", "");
    stream.expectReceipt("c1");
    running.await();

    stream.cancel("c1");

    assertThat(stream.result().hasCancelled()).isTrue();
  }

  @Test
  void theHandlersOwnCallsHaveTheCommandsDeadlineAndAreCancelledWithIt() throws Exception {
    var seen = new CompletableFuture<Context>();
    ScriptedStream stream =
        connect(
            (command, context) -> {
              seen.complete(Context.current());
              return untilCancelled(context);
            });
    stream.command(
        ScriptedStream.delivery("c1", StringValue.of(""))
            .setTimeLeft(Wire.duration(Duration.ofSeconds(30))));
    stream.expectReceipt("c1");
    running.await();
    Context context = seen.join();
    assertThat(context.getDeadline().timeRemaining(TimeUnit.SECONDS)).isBetween(1L, 30L);
    assertThat(context.isCancelled()).isFalse();

    stream.cancel("c1");

    assertThat(stream.result().hasCancelled()).isTrue();
    assertThat(context.isCancelled()).isTrue();
    assertThat(context.cancellationCause()).hasMessage("cancelled by the sender");
  }

  @Test
  void aCallThatTheHandlerLeftBehindIsCancelledWhenTheCommandEnded() throws Exception {
    var seen = new CompletableFuture<Context>();
    ScriptedStream stream =
        connect(
            (command, context) -> {
              seen.complete(Context.current());
              return command;
            });
    stream.command("c1", "");
    stream.expectReceipt("c1");
    assertThat(stream.result().hasCompleted()).isTrue();
    assertThat(seen.join().isCancelled()).isTrue();
  }

  @Test
  void theHandlersOwnCallsAreCancelledAtTheDeadline() throws Exception {
    var seen = new CompletableFuture<Context>();
    ScriptedStream stream =
        connect(
            (command, context) -> {
              seen.complete(Context.current());
              return untilCancelled(context);
            });
    stream.command(
        ScriptedStream.delivery("c1", StringValue.of(""))
            .setTimeLeft(Wire.duration(Duration.ofSeconds(17))));
    stream.expectReceipt("c1");
    running.await();

    timers.fire(Duration.ofSeconds(17));

    stream.result();
    assertThat(seen.join().isCancelled()).isTrue();
  }

  @Test
  void aHandlerMayInterruptItselfWithoutHarmToTheNext() throws Exception {
    ScriptedStream stream =
        connect(
            (command, context) -> {
              if (command.getValue().isEmpty()) {
                running.open();
                Thread self = Thread.currentThread();
                context.onCancel(self::interrupt);
                finish.await();
              }
              return StringValue.of("interrupted: " + Thread.interrupted());
            });
    stream.command("c1", "");
    stream.expectReceipt("c1");
    running.await();
    stream.cancel("c1");
    assertThat(stream.result().hasCancelled()).isTrue();

    stream.command("c2", "next");

    stream.expectReceipt("c2");
    assertThat(stream.result().getCompleted().getResult().getValue().toStringUtf8())
        .contains("interrupted: false");
  }

  @Test
  void aCancelThatIsTooLateGetsTheUsualResult() throws Exception {
    var cancelled = new Gate();
    ScriptedStream stream =
        connect(
            (command, context) -> {
              context.onCancel(cancelled::open);
              running.open();
              cancelled.await();
              assertThat(context.isCancelled()).isTrue();
              return command;
            });
    stream.command("c1", "done");
    stream.expectReceipt("c1");
    running.await();

    stream.cancel("c1");

    assertThat(stream.result().hasCompleted()).isTrue();
    stream.cancel("c1");
    stream.cancel("never seen");
    stream.expectNothingMore();
  }

  @Test
  void aStageThatIsCancelledAfterACancelIsCancelled() throws Exception {
    agent =
        builder
            .onAsync(
                Int32Value.class,
                (command, context) -> {
                  var stage = new CompletableFuture<StringValue>();
                  context.onCancel(() -> stage.cancel(false));
                  return stage.thenApply(value -> value);
                })
            .connect();
    ScriptedStream stream = edge.welcome();
    stream.command("c1", Int32Value.of(1));
    stream.expectReceipt("c1");

    stream.cancel("c1");

    assertThat(stream.result().hasCancelled()).isTrue();
  }

  @Test
  void stoppingWithoutACancelIsAnError() {
    ScriptedStream stream =
        connect(
            (command, context) -> {
              throw new CancellationException("just so");
            });

    stream.command("c1", "");

    stream.expectReceipt("c1");
    assertThat(stream.result().getFailed().getCode()).isEqualTo(FailureCode.HANDLER_ERROR);
  }

  @Test
  void theDeadlineCancelsTheContext() throws Exception {
    ScriptedStream stream = connect((command, context) -> untilCancelled(context));
    stream.command(
        ScriptedStream.delivery("c1", StringValue.of(""))
            .setDeadline(Wire.timestamp(timers.now().plusSeconds(5))));
    stream.expectReceipt("c1");
    running.await();

    timers.fire(Duration.ofSeconds(5));

    CommandResult result = stream.result();
    assertThat(result.getCancelled().getMessage()).contains("deadline");
  }

  @Test
  void aCommandWhoseDeadlinePassedIsNotRun() {
    ScriptedStream stream = connectBlocking();

    stream.command(
        ScriptedStream.delivery("c1", StringValue.of(""))
            .setDeadline(Wire.timestamp(timers.now().minusSeconds(1))));

    stream.expectReceipt("c1");
    assertThat(stream.result().getFailed().getCode()).isEqualTo(FailureCode.EXPIRED);
    assertThat(runs).hasValue(0);
  }

  @Test
  void aQueuedCommandExpiresBehindABlockedOne() throws Exception {
    ScriptedStream stream = connectBlocking();
    stream.command("first", "");
    stream.command(
        ScriptedStream.delivery("second", StringValue.of(""))
            .setDeadline(Wire.timestamp(timers.now().plusSeconds(5))));
    stream.expectReceipt("first");
    stream.expectReceipt("second");
    running.await();

    timers.fire(Duration.ofSeconds(5));

    CommandResult second = stream.result();
    assertThat(second.getCommandId()).isEqualTo("second");
    assertThat(second.getFailed().getCode()).isEqualTo(FailureCode.EXPIRED);
    assertThat(runs).hasValue(1);
  }

  @Test
  void aCommandFromASenderWithAnotherClockRunsWhileItHasTimeLeft() throws Exception {
    ScriptedStream stream = connectBlocking();

    stream.command(
        ScriptedStream.delivery("c1", StringValue.of(""))
            .setDeadline(Wire.timestamp(timers.now().minusSeconds(3600)))
            .setTimeLeft(Wire.duration(Duration.ofSeconds(5))));

    stream.expectReceipt("c1");
    running.await();
    assertThat(runs).hasValue(1);
  }
}
