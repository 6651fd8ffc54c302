package org.streamingcommands.agent;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.StringValue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.streamingcommands.grpc.v1.CommandResult;

class AgentCloseTest {
  private static final Duration GRACE = Duration.ofSeconds(5);

  private final ScriptedEdge edge = new ScriptedEdge();
  private final ManualTimers timers = new ManualTimers();
  private final Heard heard = new Heard();
  private final Gate running = new Gate();
  private final Gate finish = new Gate();
  private final CompletableFuture<CommandContext> contexts = new CompletableFuture<>();
  private final AgentBuilder builder =
      Agent.builder(edge.address())
          .service("bots")
          .clientId("bot-1")
          .timers(timers)
          .listener(heard)
          .closeGrace(GRACE)
          .jitter(() -> 1)
          .on(
              StringValue.class,
              (command, context) -> {
                contexts.complete(context);
                running.open();
                finish.await();
                return command;
              });

  @AfterEach
  void close() {
    finish.open();
    edge.close();
  }

  private static void await(CompletableFuture<?> future) throws Exception {
    future.get(ScriptedEdge.LIMIT_SECONDS, TimeUnit.SECONDS);
  }

  @Test
  void letsTheRunningHandlerFinishSendsItsResultAndHalfCloses() throws Exception {
    Agent agent = builder.connect();
    ScriptedStream stream = edge.welcome();
    stream.command("running", "");
    stream.command("queued", "");
    stream.expectReceipt("running");
    stream.expectReceipt("queued");
    running.await();

    CompletableFuture<Void> closed = agent.closeAsync();

    assertThat(agent.state()).isEqualTo(AgentState.CLOSING);
    CommandResult queued = stream.result();
    assertThat(queued.getCommandId()).isEqualTo("queued");
    assertThat(queued.getFailed().getCode()).isEqualTo(FailureCode.CLOSING);
    stream.command("too late", "");
    assertThat(stream.result().getFailed().getCode()).isEqualTo(FailureCode.CLOSING);
    assertThat(closed).isNotDone();
    finish.open();
    CommandResult result = stream.result();
    assertThat(result.getCommandId()).isEqualTo("running");
    assertThat(result.hasCompleted()).isTrue();
    assertThat(stream.end()).isEqualTo("half-closed");
    await(closed);
    assertThat(agent.state()).isEqualTo(AgentState.CLOSED);
    assertThat(heard.next()).isEqualTo("connected session-1 1");
    assertThat(heard.next()).isEqualTo("closed");
  }

  @Test
  void leavesWithoutAHandlerThatTakesLongerThanTheGrace() throws Exception {
    Agent agent = builder.connect();
    ScriptedStream stream = edge.welcome();
    stream.command("running", "");
    stream.expectReceipt("running");
    running.await();
    CompletableFuture<Void> closed = agent.closeAsync();

    timers.fire(GRACE);

    assertThat(stream.end()).isEqualTo("half-closed");
    await(closed);
    assertThat(contexts.get().isCancelled()).isTrue();
  }

  @Test
  void closesAtOnceWhileItWaitsToDialAgain() throws Exception {
    ScriptedEdge gone = new ScriptedEdge();
    gone.close();
    Agent agent =
        Agent.builder(gone.address())
            .service("bots")
            .clientId("bot-1")
            .timers(timers)
            .listener(heard)
            .connect();
    heard.disconnect();

    agent.close();

    assertThat(agent.state()).isEqualTo(AgentState.CLOSED);
    await(agent.closed());
  }

  @Test
  void doesNotDialAgainWhenTheConnectionBreaksWhileItCloses() throws Exception {
    Agent agent = builder.connect();
    ScriptedStream stream = edge.welcome();
    stream.command("running", "");
    stream.expectReceipt("running");
    running.await();
    CompletableFuture<Void> closed = agent.closeAsync();
    stream.fail(io.grpc.Status.UNAVAILABLE);
    finish.open();

    await(closed);

    assertThat(agent.state()).isEqualTo(AgentState.CLOSED);
  }

  @Test
  void closingTwiceIsClosingOnce() {
    Agent agent = builder.connect();
    edge.welcome();
    assertThat(heard.next()).isEqualTo("connected session-1 1");

    agent.close();
    agent.close();

    assertThat(heard.next()).isEqualTo("closed");
    assertThat(heard.isEmpty()).isTrue();
    assertThat(agent.event(StringValue.of("gone"))).isFalse();
  }

  @Test
  void aHundredAgentsHoldNoThreadOfTheirOwn() throws Exception {
    edge.welcomeAll();
    finish.open();
    List<Agent> agents = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      Agent agent =
          Agent.builder(edge.address())
              .service("bots")
              .clientId("bot-" + i)
              .on(StringValue.class, (command, context) -> command)
              .connect();
      agents.add(agent);
      await(agent.connected());
      ScriptedStream stream = edge.accept();
      stream.hello();
      stream.command("c1", "hi");
      stream.expectReceipt("c1");
      stream.result();
    }

    long threads = threadsNamed("streaming-commands-");
    agents.forEach(Agent::close);

    // The timer, and a handler thread or two: one thread is rarely back before the next is asked.
    assertThat(threads).isLessThan(20);
    assertThat(agents).extracting(Agent::state).containsOnly(AgentState.CLOSED);
  }

  private static long threadsNamed(String prefix) {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith(prefix))
        .count();
  }
}
