package org.streamingcommands.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.Empty;
import com.google.protobuf.Int32Value;
import com.google.protobuf.StringValue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.streamingcommands.grpc.v1.ClientFrame;
import org.streamingcommands.grpc.v1.CommandResult;
import org.streamingcommands.grpc.v1.Hello;
import org.streamingcommands.grpc.v1.ServerFrame;
import org.streamingcommands.grpc.v1.Welcome;

class AgentCommandsTest {
  private final ScriptedEdge edge = new ScriptedEdge();
  private final AgentBuilder builder =
      Agent.builder(edge.address()).service("bots").clientId("bot-1");
  private final Gate finish = new Gate();
  private Agent agent;

  @AfterEach
  void close() {
    finish.open();
    if (agent != null) {
      agent.close();
    }
    edge.close();
  }

  private ScriptedStream connect() {
    agent = builder.connect();
    return edge.welcome();
  }

  @Test
  void saysWhoItIsFirst() {
    agent = builder.label("zone", "north").version("1.2").connect();

    Hello hello = edge.accept().hello();

    assertThat(hello.getService()).isEqualTo("bots");
    assertThat(hello.getClientId()).isEqualTo("bot-1");
    assertThat(hello.getLabelsMap()).containsEntry("zone", "north");
    assertThat(hello.getClientVersion()).isEqualTo("1.2");
    assertThat(hello.getInstanceId()).isNotEmpty();
    assertThat(hello.getLastEpoch()).isZero();
  }

  @Test
  void refusesNamesThatTheServerWouldRefuse() {
    assertThatThrownBy(() -> Agent.builder("localhost:1").service("a b").clientId("c").connect())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("service:");
    assertThatThrownBy(() -> Agent.builder("localhost:1").service("bots").connect())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("client_id:");
    assertThatThrownBy(() -> Agent.builder()).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void takesOneHandlerAType() {
    builder.on(Empty.class, (command, context) -> null);

    assertThatThrownBy(() -> builder.onAsync(Empty.class, (command, context) -> null))
        .hasMessageContaining("google.protobuf.Empty");
  }

  @Test
  void answersWithReceiptAndResult() throws Exception {
    builder.on(
        StringValue.class,
        (command, context) -> StringValue.of(command.getValue() + "/" + context.commandId()));
    ScriptedStream stream = connect();

    stream.command("c1", "hi");

    stream.expectReceipt("c1");
    CommandResult result = stream.result();
    assertThat(result.getCommandId()).isEqualTo("c1");
    assertThat(result.getCompleted().getResult().unpack(StringValue.class).getValue())
        .isEqualTo("hi/c1");
  }

  @Test
  void completesWithoutAnAnswer() {
    builder.on(StringValue.class, (command, context) -> null);
    ScriptedStream stream = connect();

    stream.command("c1", "hi");

    stream.expectReceipt("c1");
    CommandResult result = stream.result();
    assertThat(result.hasCompleted()).isTrue();
    assertThat(result.getCompleted().hasResult()).isFalse();
  }

  @Test
  void answersWithTheCodeOfAFailure() throws Exception {
    builder.on(
        StringValue.class,
        (command, context) -> {
          throw new CommandFailure("NO_SUCH_BOT", "gone", Int32Value.of(7));
        });
    ScriptedStream stream = connect();

    stream.command("c1", "hi");

    stream.expectReceipt("c1");
    CommandResult result = stream.result();
    assertThat(result.getFailed().getCode()).isEqualTo("NO_SUCH_BOT");
    assertThat(result.getFailed().getMessage()).isEqualTo("gone");
    assertThat(result.getFailed().getDetails().unpack(Int32Value.class).getValue()).isEqualTo(7);
  }

  @Test
  void answersWithHandlerErrorForAnythingElseThatIsThrown() {
    builder
        .on(
            StringValue.class,
            (command, context) -> {
              throw new IllegalStateException("broken arm");
            })
        .onAsync(
            Int32Value.class,
            (command, context) -> CompletableFuture.failedFuture(new AssertionError()))
        .onAsync(Empty.class, (command, context) -> null);
    ScriptedStream stream = connect();

    stream.command("c1", "hi");
    stream.expectReceipt("c1");
    CommandResult sync = stream.result();
    stream.command("c2", Int32Value.of(1));
    stream.expectReceipt("c2");
    CommandResult async = stream.result();
    stream.command("c3", Empty.getDefaultInstance());
    stream.expectReceipt("c3");
    CommandResult noStage = stream.result();

    assertThat(sync.getFailed().getCode()).isEqualTo(FailureCode.HANDLER_ERROR);
    assertThat(sync.getFailed().getMessage()).isEqualTo("broken arm");
    assertThat(async.getFailed().getCode()).isEqualTo(FailureCode.HANDLER_ERROR);
    assertThat(async.getFailed().getMessage()).isEqualTo("java.lang.AssertionError");
    assertThat(noStage.getFailed().getCode()).isEqualTo(FailureCode.HANDLER_ERROR);
  }

  @Test
  void namesTheTypeThatItHasNoHandlerFor() {
    ScriptedStream stream = connect();

    stream.command("c1", "hi");

    stream.expectReceipt("c1");
    CommandResult result = stream.result();
    assertThat(result.getFailed().getCode()).isEqualTo(FailureCode.UNSUPPORTED_COMMAND);
    assertThat(result.getFailed().getMessage())
        .contains("type.googleapis.com/google.protobuf.StringValue");
  }

  @Test
  void saysThatAPayloadDoesNotParse() {
    builder.on(StringValue.class, (command, context) -> command);
    ScriptedStream stream = connect();

    stream.command(
        "c1",
        Any.newBuilder()
            .setTypeUrl("type.googleapis.com/google.protobuf.StringValue")
            .setValue(ByteString.copyFromUtf8("\n\177short"))
            .build());

    stream.expectReceipt("c1");
    assertThat(stream.result().getFailed().getCode()).isEqualTo(FailureCode.INVALID_PAYLOAD);
  }

  @Test
  void givesEveryOtherTypeToTheCatchAll() {
    builder.onOther((command, context) -> StringValue.of(command.getTypeUrl()));
    ScriptedStream stream = connect();

    stream.command("c1", Any.newBuilder().setTypeUrl("made.up/no.such.Type").build());

    stream.expectReceipt("c1");
    assertThat(stream.result().getCompleted().getResult().getValue().toStringUtf8())
        .contains("made.up/no.such.Type");
  }

  @Test
  void runsOneAfterAnotherInOrderOfArrival() {
    var order = new ConcurrentLinkedQueue<String>();
    builder.on(
        StringValue.class,
        (command, context) -> {
          order.add(command.getValue());
          return null;
        });
    ScriptedStream stream = connect();

    IntStream.range(0, 300).forEach(i -> stream.command("c" + i, "" + i));
    long results = 0;
    while (results < 300) {
      results += stream.next().hasResult() ? 1 : 0;
    }

    assertThat(order)
        .containsExactlyElementsOf(IntStream.range(0, 300).mapToObj(i -> "" + i).toList());
  }

  @Test
  void runsAsManyAtOnceAsToldAndNoMore() throws Exception {
    var started = new ConcurrentLinkedQueue<String>();
    var both = new CountDownLatch(2);
    var gate = new Gate();
    builder
        .concurrency(2)
        .on(
            StringValue.class,
            (command, context) -> {
              started.add(command.getValue());
              both.countDown();
              gate.await();
              return null;
            });
    ScriptedStream stream = connect();

    stream.command("a", "a");
    stream.command("b", "b");
    stream.command("c", "c");
    stream.expectReceipt("a");
    stream.expectReceipt("b");
    stream.expectReceipt("c");
    assertThat(both.await(30, TimeUnit.SECONDS)).isTrue();
    assertThat(started).containsExactlyInAnyOrder("a", "b");
    gate.open();

    stream.result();
    stream.result();
    stream.result();
    assertThat(started).hasSize(3).endsWith("c");
  }

  @Test
  void answersPingsWhileAHandlerBlocks() throws Exception {
    var gate = new Gate();
    builder.on(
        StringValue.class,
        (command, context) -> {
          gate.await();
          return null;
        });
    ScriptedStream stream = connect();
    stream.command("c1", "hi");
    stream.expectReceipt("c1");

    stream.ping(42, 0);

    assertThat(stream.next().getPong().getNonce()).isEqualTo(42);
    gate.open();
    assertThat(stream.result().hasCompleted()).isTrue();
  }

  @Test
  void sendsProgressBetweenReceiptAndResult() throws Exception {
    builder.on(
        StringValue.class,
        (command, context) -> {
          context.progress(50, "half", Int32Value.of(5));
          return null;
        });
    ScriptedStream stream = connect();

    stream.command("c1", "hi");

    stream.expectReceipt("c1");
    ClientFrame frame = stream.next();
    assertThat(frame.getProgress().getCommandId()).isEqualTo("c1");
    assertThat(frame.getProgress().getProgress().getPercent()).isEqualTo(50);
    assertThat(frame.getProgress().getProgress().getMessage()).isEqualTo("half");
    assertThat(frame.getProgress().getProgress().getPayload().unpack(Int32Value.class).getValue())
        .isEqualTo(5);
    assertThat(stream.result().hasCompleted()).isTrue();
  }

  @Test
  void dropsProgressOfACommandThatEnded() throws Exception {
    var contexts = new CompletableFuture<CommandContext>();
    builder.on(
        StringValue.class,
        (command, context) -> {
          contexts.complete(context);
          return null;
        });
    ScriptedStream stream = connect();
    stream.command("c1", "hi");
    stream.expectReceipt("c1");
    stream.result();

    contexts.get().progress(99, "late");

    stream.expectNothingMore();
  }

  @Test
  void passesHeadersAndDeadlineToTheHandler() throws Exception {
    var contexts = new CompletableFuture<CommandContext>();
    builder.on(
        StringValue.class,
        (command, context) -> {
          contexts.complete(context);
          return null;
        });
    ScriptedStream stream = connect();

    stream.command(ScriptedStream.delivery("c1", StringValue.of("")).putHeaders("trace", "t1"));

    stream.expectReceipt("c1");
    stream.result();
    assertThat(contexts.get().headers()).containsEntry("trace", "t1");
    assertThat(contexts.get().remaining())
        .isBetween(Duration.ofMinutes(50), Duration.ofMinutes(60));
  }

  @Test
  void leavesTheReceiptOutWhereTheNetworkThreadHasTheResult() {
    var later = new CompletableFuture<StringValue>();
    builder
        .onNetworkThread()
        .on(StringValue.class, (command, context) -> command)
        .onAsync(Int32Value.class, (command, context) -> later);
    ScriptedStream stream = connect();

    stream.command("c1", "hi");
    assertThat(stream.result().getCommandId()).isEqualTo("c1");
    stream.command("c2", Int32Value.of(1));
    stream.expectReceipt("c2");
    later.complete(StringValue.of("done"));

    assertThat(stream.result().getCommandId()).isEqualTo("c2");
  }

  @Test
  void refusesMoreCommandsThanMayWait() throws Exception {
    var running = new Gate();
    var gate = new Gate();
    builder
        .maxQueued(1)
        .on(
            StringValue.class,
            (command, context) -> {
              running.open();
              gate.await();
              return null;
            });
    ScriptedStream stream = connect();
    stream.command("running", "");
    running.await();
    stream.command("waiting", "");
    stream.command("refused", "");

    stream.expectReceipt("running");
    stream.expectReceipt("waiting");
    CommandResult refused = stream.result();
    assertThat(refused.getCommandId()).isEqualTo("refused");
    assertThat(refused.getFailed().getCode()).isEqualTo(FailureCode.OVERLOADED);
    gate.open();
  }

  @Test
  void answersForAnExecutorThatTakesNoMore() {
    builder
        .executor(
            task -> {
              throw new RejectedExecutionException();
            })
        .on(StringValue.class, (command, context) -> null);
    ScriptedStream stream = connect();

    stream.command("c1", "hi");

    stream.expectReceipt("c1");
    assertThat(stream.result().getFailed().getCode()).isEqualTo(FailureCode.OVERLOADED);
  }

  @Test
  void saysThatAResultIsTooLargeInsteadOfBreakingTheStream() {
    builder.on(StringValue.class, (command, context) -> StringValue.of("x".repeat(5000)));
    agent = builder.connect();
    ScriptedStream stream = edge.accept();
    stream.hello();
    stream.welcome(Welcome.newBuilder().setEpoch(1).setMaxFrameBytes(4000).build());

    stream.command("c1", "hi");

    stream.expectReceipt("c1");
    assertThat(stream.result().getFailed().getCode()).isEqualTo(FailureCode.RESULT_TOO_LARGE);
    assertThatThrownBy(() -> agent.event(StringValue.of("x".repeat(5000))))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void sendsEventsWhileConnectedOnly() throws Exception {
    agent = builder.connect();
    ScriptedStream stream = edge.accept();
    stream.hello();
    assertThat(agent.event(StringValue.of("too early"))).isFalse();
    stream.welcome(1);
    agent.connected().get(30, TimeUnit.SECONDS);

    assertThat(agent.event(StringValue.of("low battery"))).isTrue();

    assertThat(stream.next().getEvent().getPayload().unpack(StringValue.class).getValue())
        .isEqualTo("low battery");
  }

  @Test
  void leavesAFrameOfANewerVersionOut() {
    ScriptedStream stream = connect();

    stream.send(ServerFrame.newBuilder());

    stream.expectNothingMore();
  }

  @Test
  void keepsResultsOfASlowServerAndOfProgressTheNewest() throws Exception {
    int commands = 30;
    var ran = new CountDownLatch(commands);
    edge.readOnDemand();
    builder
        .on(
            StringValue.class,
            (command, context) -> {
              ran.countDown();
              return StringValue.of("x".repeat(100_000));
            })
        .on(
            Int32Value.class,
            (command, context) -> {
              for (int percent = 0; percent <= 100; percent++) {
                context.progress(percent, "");
              }
              ran.countDown();
              finish.await();
              return null;
            });
    ScriptedStream stream = connect();
    IntStream.range(1, commands).forEach(i -> stream.command("c" + i, ""));
    stream.command("p", Int32Value.of(1));
    assertThat(ran.await(ScriptedEdge.LIMIT_SECONDS, TimeUnit.SECONDS)).isTrue();
    assertThat(agent.event(StringValue.of("nobody reads"))).isFalse();

    stream.read();

    var results = new ArrayList<String>();
    var progress = new ArrayList<Integer>();
    while (results.size() < commands - 1 || progress.isEmpty()) {
      ClientFrame frame = stream.next();
      if (frame.hasResult()) {
        results.add(frame.getResult().getCommandId());
      } else if (frame.hasProgress()) {
        progress.add(frame.getProgress().getProgress().getPercent());
      }
    }
    finish.open();
    assertThat(stream.result().getCommandId()).isEqualTo("p");
    assertThat(results)
        .containsExactlyElementsOf(IntStream.range(1, commands).mapToObj(i -> "c" + i).toList());
    assertThat(progress).containsExactly(100);
  }
}
