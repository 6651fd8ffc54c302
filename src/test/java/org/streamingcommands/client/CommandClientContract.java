package org.streamingcommands.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.streamingcommands.support.TestNode.await;

import com.google.protobuf.Any;
import com.google.protobuf.BoolValue;
import com.google.protobuf.Empty;
import com.google.protobuf.Int32Value;
import com.google.protobuf.StringValue;
import com.typesafe.config.Config;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.stream.javadsl.Sink;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.streamingcommands.agent.Agent;
import org.streamingcommands.agent.CommandFailure;
import org.streamingcommands.command.CancelResult;
import org.streamingcommands.command.Certainty;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.command.Reason;
import org.streamingcommands.command.Receipt;
import org.streamingcommands.command.SendResult;
import org.streamingcommands.node.StreamingNode;
import org.streamingcommands.support.TestNode;

/** What a sender may rely on, the same in both modes: a subclass says which. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class CommandClientContract {
  /** What the queue of a client and the room to wait for it hold, were it to take none. */
  private static final int MANY = 1_900;

  private StreamingNode node;
  private Agent agent;
  private final AtomicInteger runs = new AtomicInteger();
  private final CompletableFuture<Void> cancellable = new CompletableFuture<>();
  private final CompletableFuture<Void> cancelSeen = new CompletableFuture<>();

  abstract StreamingCommandClient<StringValue> client(
      StreamingNode node, String service, String clientId);

  @BeforeAll
  void start() {
    Config config = TestNode.config("services.bots {}");
    node = StreamingNode.start(config);
    agent = agent("echo");
    await(agent.connected());
  }

  @AfterAll
  void stop() {
    agent.close();
    node.close();
    RemoteConnections.closeAll();
  }

  private Agent agent(String id) {
    return Agent.builder("127.0.0.1:" + node.edgeAddress().getPort())
        .service("bots")
        .clientId(id)
        .concurrency(4)
        .on(
            StringValue.class,
            (text, context) -> {
              runs.incrementAndGet();
              return switch (text.getValue()) {
                case "fail" -> throw new CommandFailure("NO_FUEL", "the tank is empty");
                case "crash" -> throw new IllegalStateException("broken");
                case "nothing" -> null;
                case "progress" -> {
                  context.progress(50, "half way");
                  yield StringValue.of("done");
                }
                default -> StringValue.of("echo " + text.getValue());
              };
            })
        .onAsync(
            Int32Value.class,
            (number, context) -> {
              CompletableFuture<StringValue> running = new CompletableFuture<>();
              cancellable.complete(null);
              context.onCancel(
                  () -> {
                    cancelSeen.complete(null);
                    running.cancel(false);
                  });
              return running;
            })
        .onAsync(BoolValue.class, (never, context) -> new CompletableFuture<StringValue>())
        .connect();
  }

  private StreamingCommandClient<StringValue> echo() {
    return client(node, "bots", "echo");
  }

  @Test
  void anAskIsAnsweredByItsClient() {
    Outcome<StringValue> outcome = await(echo().ask(StringValue.of("hi"), StringValue.class));
    assertThat(outcome.orElseThrow().getValue()).isEqualTo("echo hi");
  }

  @Test
  void anAnswerOfAnotherTypeIsAFailureThatSaysSo() {
    Outcome<Int32Value> outcome = await(echo().ask(StringValue.of("hi"), Int32Value.class));
    assertThat(outcome)
        .isInstanceOfSatisfying(
            Outcome.Failed.class,
            failed -> assertThat(failed.code()).isEqualTo(Outcome.UNEXPECTED_RESULT_TYPE));
  }

  @Test
  void noAnswerAtAllIsAnEmptyOne() {
    assertThat(await(echo().ask(StringValue.of("nothing"), Empty.class)).isCompleted()).isTrue();
  }

  @Test
  void aFailureOfTheClientIsItsOwnWord() {
    assertThat(await(echo().ask(StringValue.of("fail"), StringValue.class)))
        .isEqualTo(new Outcome.Failed<>("NO_FUEL", "the tank is empty", Any.getDefaultInstance()));
    assertThat(await(echo().ask(StringValue.of("crash"), StringValue.class)).toString())
        .contains("broken");
  }

  @Test
  void aSendAnswersAtTheWishedReceipt() {
    for (Receipt wish : Receipt.values()) {
      SendResult sent = await(echo().send(StringValue.of("hi"), wish));
      assertThat(sent.receipt().isPresent() || sent.outcome().isPresent()).isTrue();
      sent.receipt().ifPresent(reached -> assertThat(reached).isGreaterThanOrEqualTo(wish));
    }
  }

  @Test
  void anExecutionTellsItsSteps() {
    List<CommandStep<StringValue>> steps = new CopyOnWriteArrayList<>();
    Outcome<StringValue> outcome =
        await(
            echo()
                .execute(
                    StringValue.of("progress"),
                    StringValue.class,
                    SendOptions.defaults(),
                    steps::add));
    assertThat(outcome.isCompleted()).isTrue();
    assertThat(steps)
        .hasSizeGreaterThanOrEqualTo(4)
        .last()
        .isEqualTo(new CommandStep.Ended<>(outcome));
    assertThat(steps.toString()).contains("QUEUED", "SENT", "half way");
  }

  @Test
  void aPekkoUserGetsTheStepsAsASource() {
    List<CommandStep<StringValue>> steps =
        await(
            CommandSources.execute(
                    echo(), StringValue.of("progress"), StringValue.class, SendOptions.defaults())
                .runWith(Sink.seq(), node.system())
                .toCompletableFuture());
    assertThat(steps).last().isInstanceOf(CommandStep.Ended.class);
  }

  @Test
  void anUnknownClientIsNotConnected() {
    assertUndelivered(client(node, "bots", "nobody"), Reason.NOT_CONNECTED, Certainty.NOT_SENT);
  }

  @Test
  void anUnknownServiceIsSaidToBeUnknown() {
    assertUndelivered(
        client(node, "no-such-service", "x"), Reason.UNKNOWN_SERVICE, Certainty.NOT_SENT);
  }

  @Test
  void aClientThatNeverAnswersTimesOut() {
    StreamingCommandClient<BoolValue> never = retyped(echo());
    Outcome<Empty> outcome =
        await(
            never.ask(
                BoolValue.of(true),
                Empty.class,
                SendOptions.defaults().withTimeout(Duration.ofMillis(300))));
    assertThat(outcome)
        .isInstanceOfSatisfying(
            Outcome.Undelivered.class,
            undelivered -> {
              assertThat(undelivered.reason()).isEqualTo(Reason.TIMED_OUT);
              assertThat(undelivered.certainty()).isNotEqualTo(Certainty.NOT_SENT);
            });
  }

  @Test
  void aRunningCommandCanBeCancelled() {
    StreamingCommandClient<Int32Value> running = retyped(echo());
    SendOptions options = SendOptions.defaults().withCommandId("to-cancel-" + running.mode());
    CompletableFuture<Outcome<Empty>> asked = running.ask(Int32Value.of(1), Empty.class, options);
    // One that is received and waits for its turn would be cancelled without its handler.
    await(cancellable);
    CancelResult result = await(running.cancel("to-cancel-" + running.mode()));
    assertThat(result.verdict()).isEqualTo(CancelResult.Verdict.CANCELLED);
    await(cancelSeen);
    assertThat(await(asked)).isInstanceOf(Outcome.Cancelled.class);
  }

  @Test
  void cancellingWhatNobodySentIsUnknown() {
    assertThat(await(echo().cancel("never-sent")).verdict())
        .isEqualTo(CancelResult.Verdict.UNKNOWN_COMMAND);
  }

  @Test
  void theSameIdRunsOnceHoweverOftenItIsSent() {
    SendOptions options = SendOptions.defaults().withCommandId("once-" + echo().mode());
    Outcome<StringValue> first =
        await(echo().ask(StringValue.of("once"), StringValue.class, options));
    int before = runs.get();
    Outcome<StringValue> second =
        await(echo().ask(StringValue.of("once"), StringValue.class, options));
    assertThat(second).isEqualTo(first);
    assertThat(runs).hasValue(before);
    assertThat(await(echo().ask(StringValue.of("other"), StringValue.class, options)).toString())
        .contains("CONFLICT");
  }

  @Test
  void aCommandThatIsTooLargeIsRefusedAndTheNextOneIsNot() {
    StringValue large = StringValue.of("x".repeat(5 << 20));
    Outcome<StringValue> outcome = await(echo().ask(large, StringValue.class));
    assertThat(outcome)
        .isInstanceOfSatisfying(
            Outcome.Undelivered.class,
            undelivered -> assertThat(undelivered.reason()).isEqualTo(Reason.TOO_LARGE));
    assertThat(await(echo().ask(StringValue.of("hi"), StringValue.class)).isCompleted()).isTrue();
  }

  @Test
  void aCommandAtTheLimitPasses() {
    StringValue large = StringValue.of("x".repeat(4_000 * 1024 - 200));
    Outcome<Empty> outcome =
        await(
            echo()
                .ask(
                    large,
                    Empty.class,
                    SendOptions.defaults().withTimeout(Duration.ofSeconds(20))));
    // It ran: the echo of it is what does not fit the frame back.
    assertThat(outcome).isInstanceOf(Outcome.Failed.class);
  }

  @Test
  void manyAtOnceAllEnd() {
    List<CompletableFuture<Outcome<StringValue>>> all = new ArrayList<>();
    for (int i = 0; i < MANY; i++) {
      all.add(
          echo()
              .ask(
                  StringValue.of("n" + i),
                  StringValue.class,
                  SendOptions.defaults().withTimeout(Duration.ofSeconds(20))));
    }
    for (int i = 0; i < all.size(); i++) {
      assertThat(await(all.get(i)).orElseThrow().getValue()).isEqualTo("echo n" + i);
    }
  }

  @SuppressWarnings("unchecked")
  private static <D extends com.google.protobuf.Message> StreamingCommandClient<D> retyped(
      StreamingCommandClient<?> client) {
    return (StreamingCommandClient<D>) client;
  }

  private static void assertUndelivered(
      StreamingCommandClient<StringValue> client, Reason reason, Certainty certainty) {
    Outcome<StringValue> outcome = await(client.ask(StringValue.of("hi"), StringValue.class));
    assertThat(outcome)
        .isInstanceOfSatisfying(
            Outcome.Undelivered.class,
            undelivered -> {
              assertThat(undelivered.reason()).isEqualTo(reason);
              assertThat(undelivered.certainty()).isEqualTo(certainty);
            });
  }
}
