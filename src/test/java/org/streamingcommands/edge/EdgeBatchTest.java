package org.streamingcommands.edge;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import io.grpc.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.streamingcommands.command.ClientKey;
import org.streamingcommands.command.CommandListener;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.connection.Goodbye;
import org.streamingcommands.grpc.v1.ClientFrame;
import org.streamingcommands.grpc.v1.CommandDelivery;
import org.streamingcommands.grpc.v1.Completed;
import org.streamingcommands.grpc.v1.Hello;
import org.streamingcommands.grpc.v1.ResultBatch;
import org.streamingcommands.grpc.v1.ServerFrame;
import org.streamingcommands.support.Heard;
import org.streamingcommands.support.TestNode;
import org.streamingcommands.testkit.ScriptedClient;

/** What is written together goes as one frame to clients that take it, either way. */
class EdgeBatchTest {
  private static TestNode node;

  @BeforeAll
  static void start() {
    node = TestNode.start();
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  @Test
  void commandsOfOneMomentComeInOneFrameAndInOrder() {
    try (ScriptedClient client = connect("together", true)) {
      onTheLoopOf(client, "together", () -> sendThree("together"));

      ServerFrame frame = client.awaitFrame();

      assertThat(frame.getCommands().getCommandsList())
          .extracting(CommandDelivery::getCommandId)
          .containsExactly("c1", "c2", "c3");
    }
  }

  @Test
  void aClientThatDoesNotSayThatItTakesBatchesGetsThemOneByOne() {
    try (ScriptedClient client = connect("one-by-one", false)) {
      onTheLoopOf(client, "one-by-one", () -> sendThree("one-by-one"));

      for (String id : List.of("c1", "c2", "c3")) {
        assertThat(client.awaitFrame().getCommand().getCommandId()).isEqualTo(id);
      }
    }
  }

  @Test
  void aGoodbyeComesAfterTheCommandsThatWereSentBeforeIt() {
    try (ScriptedClient client = connect("last-word", true)) {
      onTheLoopOf(
          client,
          "last-word",
          () -> {
            sendThree("last-word");
            node.connections()
                .disconnect(
                    ClientKey.of(TestNode.SERVICE, "last-word"),
                    Goodbye.of(Goodbye.Cause.DISCONNECTED, "go"),
                    TestNode.PATIENCE);
          });

      assertThat(client.awaitFrame().getCommands().getCommandsCount()).isEqualTo(3);
      assertThat(client.awaitFrame().hasGoodbye()).isTrue();
    }
  }

  @Test
  void manySmallOnesAreSplitIntoFramesThatAreSmallToo() {
    try (ScriptedClient client = connect("split", true)) {
      onTheLoopOf(
          client,
          "split",
          () -> {
            for (int n = 0; n < 100; n++) {
              node.send("split", TestNode.command("c" + n, "x".repeat(1_000)));
            }
          });

      List<String> ids = new ArrayList<>();
      while (ids.size() < 100) {
        ServerFrame frame = client.awaitFrame();
        assertThat(frame.getSerializedSize()).isLessThan(20_000);
        frame.getCommands().getCommandsList().forEach(c -> ids.add(c.getCommandId()));
        if (frame.hasCommand()) {
          ids.add(frame.getCommand().getCommandId());
        }
      }
      assertThat(ids).startsWith("c0", "c1", "c2").endsWith("c98", "c99").doesNotHaveDuplicates();
    }
  }

  @Test
  void aLargeCommandHasAFrameOfItsOwnAsLargeAsWithoutBatches() {
    try (ScriptedClient client = connect("large", true)) {
      onTheLoopOf(
          client,
          "large",
          () -> {
            node.send("large", TestNode.command("c1", "small"));
            node.send("large", TestNode.command("c2", "x".repeat(1_000_000)));
            node.send("large", TestNode.command("c3", "small"));
          });

      for (String id : List.of("c1", "c2", "c3")) {
        assertThat(client.awaitFrame().getCommand().getCommandId()).isEqualTo(id);
      }
    }
  }

  @Test
  void resultsInOneFrameCountAsIfEachHadCome() {
    try (ScriptedClient client = node.connect("results")) {
      List<Heard> heard = sendThree("results");
      client.awaitCommand();
      client.awaitCommand();
      client.awaitCommand();

      client.send(results("c1", "c2", "c3"));

      assertThat(heard).allMatch(one -> one.awaitOutcome().isCompleted());
      assertThat(heard).allMatch(one -> one.outcomes() == 1);
      // All three are confirmed with what comes next.
      node.send("results", TestNode.command("c4", "start"));
      assertThat(client.awaitCommand().getResultsConfirmed()).isEqualTo(3);
    }
  }

  @Test
  void theWelcomeSaysThatResultsMayComeTogether() {
    try (ScriptedClient client = ScriptedClient.dial(node.edgeAddress())) {
      client.hello(TestNode.SERVICE, "welcome");
      assertThat(client.awaitWelcome().getBatches()).isTrue();
    }
  }

  @Test
  void aBatchOfNothingOrOfGarbageEndsItsOwnStreamAndSaysWhy() {
    try (ScriptedClient other = node.connect("other")) {
      assertInvalid(results(), "results: must have at least one");
      ClientFrame.Builder withoutKind = ClientFrame.newBuilder();
      withoutKind.getResultsBuilder().addResultsBuilder().setCommandId("c1");
      assertInvalid(withoutKind, "result.kind: one of completed, failed, cancelled must be set");

      Heard heard = node.send("other", TestNode.command("c1", "start"));
      other.awaitCommand();
      other.complete("c1", "done");
      assertThat(heard.awaitOutcome().isCompleted()).isTrue();
    }
  }

  private static void assertInvalid(ClientFrame.Builder frame, String message) {
    try (ScriptedClient client = node.connect("wrong")) {
      client.send(frame);
      Status end = client.awaitEnd();
      assertThat(end.getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
      assertThat(end.getDescription()).isEqualTo(message);
    }
  }

  private static ClientFrame.Builder results(String... ids) {
    ResultBatch.Builder batch = ResultBatch.newBuilder();
    for (String id : ids) {
      batch.addResultsBuilder().setCommandId(id).setCompleted(Completed.getDefaultInstance());
    }
    return ClientFrame.newBuilder().setResults(batch);
  }

  private static List<Heard> sendThree(String client) {
    return List.of(
        node.send(client, TestNode.command("c1", "start")),
        node.send(client, TestNode.command("c2", "start")),
        node.send(client, TestNode.command("c3", "start")));
  }

  private static ScriptedClient connect(String clientId, boolean batches) {
    ScriptedClient client = ScriptedClient.dial(node.edgeAddress());
    client.hello(
        Hello.newBuilder().setService(TestNode.SERVICE).setClientId(clientId).setBatches(batches));
    client.awaitWelcome();
    return client;
  }

  /**
   * Where answers come is where the client's stream is written: nothing goes out before it ends.
   */
  private static void onTheLoopOf(ScriptedClient client, String clientId, Runnable task) {
    node.connections()
        .send(
            ClientKey.of(TestNode.SERVICE, clientId),
            TestNode.command("first", "start", Duration.ofSeconds(30)),
            false,
            new Then(outcome -> task.run()));
    assertThat(client.awaitCommand().getCommandId()).isEqualTo("first");
    client.complete("first", "done");
  }

  private record Then(Consumer<Outcome<Any>> next) implements CommandListener {
    @Override
    public void outcome(Outcome<Any> outcome) {
      next.accept(outcome);
    }
  }
}
