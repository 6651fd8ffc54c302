package org.streamingcommands.agent;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.StringValue;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.command.Receipt;
import org.streamingcommands.support.TestNode;
import org.streamingcommands.testkit.FaultyLink;

/** The agent on a network that fails, with a real node behind it. */
class AgentOverLinkTest {
  private final AtomicInteger runs = new AtomicInteger();
  private final CompletableFuture<StringValue> answer = new CompletableFuture<>();
  private final Heard heard = new Heard();

  @Test
  void anAskInFlightOverACutEndsWithTheRealOutcomeAndRanOnce() throws Exception {
    try (TestNode node = TestNode.start();
        FaultyLink link = FaultyLink.to(node.edgeAddress());
        Agent agent = connect(link)) {
      var ask = node.send("b1", TestNode.command("c1", "work")).awaitReceipt(Receipt.RECEIVED);
      link.refuse();
      link.cut();
      heard.disconnect();
      // The handler ends while nobody can hear of it.
      answer.complete(StringValue.of("real"));
      assertThat(agent.state()).isNotEqualTo(AgentState.CONNECTED);
      assertThat(ask.hasEnded()).isFalse();
      link.heal();
      assertThat(Outcome.unpack(ask.awaitOutcome(), StringValue.class).orElseThrow().getValue())
          .isEqualTo("real");
      assertThat(ask.outcomes()).isOne();
      assertThat(runs).hasValue(1);
      assertThat(node.connections().counters().redelivered.sum()).isZero();
    }
  }

  @Test
  void aCommandThatTheNetworkLostIsDeliveredAgainAndRunsOnce() throws Exception {
    answer.complete(StringValue.of("real"));
    try (TestNode node = TestNode.start();
        FaultyLink link = FaultyLink.to(node.edgeAddress());
        Agent agent = connect(link)) {
      link.halfOpen();
      var ask = node.send("b1", TestNode.command("c1", "work")).awaitReceipt(Receipt.SENT);
      link.cut();
      heard.disconnect();
      assertThat(runs).hasValue(0);
      link.heal();
      assertThat(Outcome.unpack(ask.awaitOutcome(), StringValue.class).orElseThrow().getValue())
          .isEqualTo("real");
      assertThat(runs).hasValue(1);
      assertThat(node.connections().counters().redelivered.sum()).isOne();
      assertThat(agent.state()).isEqualTo(AgentState.CONNECTED);
    }
  }

  private Agent connect(FaultyLink link) {
    Agent agent =
        Agent.builder(link.target())
            .service(TestNode.SERVICE)
            .clientId("b1")
            .backoff(Duration.ofMillis(10), Duration.ofMillis(50))
            .listener(heard)
            .onAsync(
                StringValue.class,
                (command, context) -> {
                  runs.incrementAndGet();
                  return answer;
                })
            .connect();
    TestNode.await(agent.connected());
    assertThat(heard.next()).asString().startsWith("connected");
    return agent;
  }
}
