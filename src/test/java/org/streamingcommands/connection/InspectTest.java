package org.streamingcommands.connection;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.streamingcommands.command.ClientKey;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.command.Receipt;
import org.streamingcommands.support.TestNode;
import org.streamingcommands.testkit.ScriptedClient;

/** What an entity tells of its client, asked on its own node and on another. */
class InspectTest {
  private static final Duration LIMIT = Duration.ofSeconds(20);

  @Test
  void everyNodeIsToldTheSameOfEveryClient() {
    List<ScriptedClient> clients = new ArrayList<>();
    try (TestNode first = TestNode.start();
        TestNode second = first.join(TestNode.config())) {
      for (int i = 0; i < 10; i++) {
        clients.add((i % 2 == 0 ? first : second).connect("c" + i));
      }
      for (int i = 0; i < 10; i++) {
        ClientView here = inspect(first, "c" + i, "");
        ClientView there = inspect(second, "c" + i, "");
        assertThat(here.connection()).isPresent();
        assertThat(there.connection().map(ConnectedClient::sessionId))
            .isEqualTo(here.connection().map(ConnectedClient::sessionId));
      }
    } finally {
      clients.forEach(ScriptedClient::close);
    }
  }

  @Test
  void whatIsUnderWayAndWhatEndedIsTold() {
    try (TestNode node = TestNode.start();
        ScriptedClient client = node.connect("bot")) {
      node.send("bot", TestNode.command("c-1", "first"));
      var second = node.send("bot", TestNode.command("c-2", "second"));
      client.awaitCommand();
      client.awaitCommand();
      client.received("c-2").progress("c-2", 40).complete("c-2", "done");
      second.awaitOutcome();

      ClientView view = inspect(node, "bot", "");
      assertThat(view.pending())
          .singleElement()
          .satisfies(
              pending -> {
                assertThat(pending.commandId()).isEqualTo("c-1");
                assertThat(pending.reached()).contains(Receipt.SENT);
              });
      assertThat(view.ended())
          .singleElement()
          .satisfies(ended -> assertThat(ended.commandId()).isEqualTo("c-2"));

      assertThat(inspect(node, "bot", "c-1").ended()).isEmpty();
      Outcome<?> whole = inspect(node, "bot", "c-2").ended().get(0).outcome();
      assertThat(whole.toString()).contains("done");
      assertThat(view.ended().get(0).outcome().toString()).doesNotContain("done");
    }
  }

  @Test
  void aClientNobodyKnowsIsAnEmptyView() {
    try (TestNode node = TestNode.start()) {
      assertThat(inspect(node, "nobody", "")).isEqualTo(ClientView.NOTHING);
    }
  }

  private static ClientView inspect(TestNode node, String clientId, String commandId) {
    return TestNode.await(
        node.connections().inspect(ClientKey.of(TestNode.SERVICE, clientId), commandId, LIMIT));
  }
}
