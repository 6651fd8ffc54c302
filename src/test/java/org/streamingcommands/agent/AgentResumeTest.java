package org.streamingcommands.agent;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.StringValue;
import io.grpc.Status;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.streamingcommands.grpc.v1.CommandResult;
import org.streamingcommands.grpc.v1.Hello;

class AgentResumeTest {
  private static final Duration RETRY = Duration.ofMillis(10);

  private final ScriptedEdge edge = new ScriptedEdge();
  private final ManualTimers timers = new ManualTimers();
  private final AtomicInteger runs = new AtomicInteger();
  private final Gate finish = new Gate();
  private final AgentBuilder builder =
      Agent.builder(edge.address())
          .service("bots")
          .clientId("bot-1")
          .timers(timers)
          .jitter(() -> 1)
          .backoff(RETRY, RETRY)
          .closeGrace(Duration.ZERO)
          .on(
              StringValue.class,
              (command, context) -> {
                runs.incrementAndGet();
                if (command.getValue().equals("block")) {
                  finish.await();
                }
                return command;
              });
  private Agent agent;

  @AfterEach
  void close() {
    finish.open();
    agent.close();
    edge.close();
  }

  private ScriptedStream connect() {
    agent = builder.connect();
    return edge.welcome();
  }

  private ScriptedStream reconnect(ScriptedStream old) {
    old.fail(Status.UNAVAILABLE);
    timers.fire(RETRY);
    return edge.accept();
  }

  private static void run(ScriptedStream stream, String id) {
    stream.command(id, "quick");
    stream.expectReceipt(id);
    assertThat(stream.result().getCommandId()).isEqualTo(id);
  }

  @Test
  void aRunningCommandThatComesAgainGetsItsReceiptAndDoesNotRunAgain() {
    ScriptedStream stream = connect();
    stream.command("c1", "block");
    stream.expectReceipt("c1");

    stream.command("c1", "block");

    stream.expectReceipt("c1");
    finish.open();
    assertThat(stream.result().getCommandId()).isEqualTo("c1");
    stream.expectNothingMore();
    assertThat(runs).hasValue(1);
  }

  @Test
  void aFinishedCommandThatComesAgainGetsItsResultAndDoesNotRunAgain() {
    ScriptedStream stream = connect();
    run(stream, "c1");
    stream.command("c1", "quick");
    assertThat(stream.result().getCommandId()).isEqualTo("c1");
    stream.ping(1, 2);
    assertThat(stream.next().hasPong()).isTrue();

    // Confirmed by now, and still known.
    stream.command("c1", "quick");

    assertThat(stream.result().getCompleted().hasResult()).isTrue();
    assertThat(runs).hasValue(1);
  }

  @Test
  void theHelloAfterACutCarriesWhatRunsAndWhatIsNotConfirmed() {
    ScriptedStream stream = connect();
    run(stream, "c1");
    run(stream, "c2");
    stream.command(ScriptedStream.delivery("c3", StringValue.of("block")).setResultsConfirmed(1));
    stream.expectReceipt("c3");
    stream.command("c4", "queued");
    stream.expectReceipt("c4");

    Hello hello = reconnect(stream).hello();

    assertThat(hello.getInstanceId()).isNotEmpty();
    assertThat(hello.getLastEpoch()).isEqualTo(1);
    assertThat(hello.getRunningCommandIdsList()).containsExactly("c3", "c4");
    assertThat(hello.getUnconfirmedResultsList())
        .extracting(CommandResult::getCommandId)
        .containsExactly("c2");
  }

  @Test
  void theInstanceIsTheSameOverReconnectsAndAnotherForEveryAgent() {
    agent = builder.connect();
    ScriptedStream stream = edge.accept();
    String first = stream.hello().getInstanceId();
    stream.welcome(1);

    assertThat(reconnect(stream).hello().getInstanceId()).isEqualTo(first);

    agent.close();
    agent = builder.connect();
    assertThat(edge.accept().hello().getInstanceId()).isNotEqualTo(first);
  }

  @Test
  void theWelcomeConfirmsWhatTheHelloCarried() {
    ScriptedStream stream = connect();
    run(stream, "c1");
    ScriptedStream second = reconnect(stream);
    assertThat(second.hello().getUnconfirmedResultsList()).hasSize(1);
    second.welcome(2);
    second.expectNothingMore();

    Hello third = reconnect(second).hello();

    assertThat(third.getUnconfirmedResultsList()).isEmpty();
    assertThat(third.getLastEpoch()).isEqualTo(2);
  }

  @Test
  void aHelloThatWasNotWelcomedConfirmsNothing() {
    ScriptedStream stream = connect();
    run(stream, "c1");
    ScriptedStream second = reconnect(stream);
    second.hello();

    Hello third = reconnect(second).hello();

    assertThat(third.getUnconfirmedResultsList()).hasSize(1);
    assertThat(third.getLastEpoch()).isEqualTo(1);
  }

  @Test
  void confirmationsCountTheResultFramesOfTheirOwnSession() {
    ScriptedStream stream = connect();
    run(stream, "c1");
    run(stream, "c2");
    ScriptedStream second = reconnect(stream);
    second.hello();
    second.welcome(2);
    run(second, "c3");
    run(second, "c4");
    second.ping(1, 1);
    assertThat(second.next().hasPong()).isTrue();

    Hello third = reconnect(second).hello();

    assertThat(third.getUnconfirmedResultsList())
        .extracting(CommandResult::getCommandId)
        .containsExactly("c4");
  }

  @Test
  void aConfirmationThatGoesBackOrTooFarChangesNothing() {
    ScriptedStream stream = connect();
    run(stream, "c1");
    stream.ping(1, 100);
    assertThat(stream.next().hasPong()).isTrue();
    run(stream, "c2");
    stream.ping(2, 0);
    assertThat(stream.next().hasPong()).isTrue();

    Hello second = reconnect(stream).hello();

    assertThat(second.getUnconfirmedResultsList())
        .extracting(CommandResult::getCommandId)
        .containsExactly("c2");
  }

  @Test
  void aResultThatCameWhileDisconnectedFollowsTheWelcome() throws Exception {
    ScriptedStream stream = connect();
    stream.command("c1", "block");
    stream.expectReceipt("c1");
    ScriptedStream second = reconnect(stream);
    assertThat(second.hello().getRunningCommandIdsList()).containsExactly("c1");
    finish.open();

    second.welcome(2);

    assertThat(second.result().getCommandId()).isEqualTo("c1");
    second.expectNothingMore();
  }

  @Test
  void aHelloCarriesABoundedNumberOfResultsAndTheOthersFollowTheWelcome() {
    ScriptedStream stream = connect();
    for (int i = 0; i < 1003; i++) {
      run(stream, "c" + i);
    }
    ScriptedStream second = reconnect(stream);
    assertThat(second.hello().getUnconfirmedResultsCount()).isEqualTo(1000);

    second.welcome(2);

    assertThat(second.result().getCommandId()).isEqualTo("c1000");
    assertThat(second.result().getCommandId()).isEqualTo("c1001");
    assertThat(second.result().getCommandId()).isEqualTo("c1002");
    second.expectNothingMore();
  }

  @Test
  void whatTheOldStreamStillSaysIsNotHeard() {
    agent = builder.welcomeTimeout(Duration.ofSeconds(7)).connect();
    ScriptedStream late = edge.accept();
    late.hello();
    timers.fire(Duration.ofSeconds(7));
    timers.fire(RETRY);
    ScriptedStream stream = edge.welcome();

    try {
      late.welcome(99);
    } catch (RuntimeException e) {
      // The server may know by now that the agent left this stream.
    }

    run(stream, "c1");
    assertThat(reconnect(stream).hello().getLastEpoch()).isEqualTo(1);
  }
}
