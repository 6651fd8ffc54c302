package org.streamingcommands.connection;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.BytesValue;
import com.google.protobuf.StringValue;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.streamingcommands.command.CancelResult;
import org.streamingcommands.command.Certainty;
import org.streamingcommands.command.ClientKey;
import org.streamingcommands.command.Command;
import org.streamingcommands.command.LabelSelector;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.command.Priority;
import org.streamingcommands.command.Progress;
import org.streamingcommands.command.Reason;
import org.streamingcommands.command.Receipt;
import org.streamingcommands.grpc.v1.GoodbyeReason;
import org.streamingcommands.support.Heard;
import org.streamingcommands.support.TestNode;
import org.streamingcommands.testkit.ScriptedClient;

/**
 * The client's stream on node a, its entity on node b, the sender on node c: everything is as it is
 * on one node, however these speak to one another.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class ClusterContract {
  private static final int QUEUE = 50;
  private static final Duration LIMIT = Duration.ofSeconds(10);

  private final boolean hasTrunks;
  TestCluster cluster;

  ClusterContract(boolean hasTrunks) {
    this.hasTrunks = hasTrunks;
  }

  @BeforeAll
  void start() {
    cluster =
        TestCluster.start(
            LossySerializer.CONFIG,
            "trunk.enabled = " + hasTrunks,
            "connection.queue-size = " + QUEUE,
            "connection.queue-timeout = 0 s",
            "engine.reattach-interval = 300 ms");
  }

  @AfterAll
  void stop() {
    cluster.close();
  }

  @Test
  void aSenderHearsEveryStepAndTheAnswer() {
    String id = cluster.idWithEntityOn(cluster.b);
    try (ScriptedClient client = cluster.a.connect(id)) {
      Heard heard = cluster.c.send(id, TestNode.command("c1", "hello"));
      assertThat(client.awaitCommand().getPayload()).isEqualTo(Any.pack(StringValue.of("hello")));
      client.received("c1");
      heard.awaitReceipt(Receipt.RECEIVED);
      client.progress("c1", 40);
      assertThat(heard.awaitProgress().percent()).isEqualTo(40);
      client.complete("c1", "done");
      assertThat(heard.awaitOutcome())
          .isEqualTo(new Outcome.Completed<>(Any.pack(StringValue.of("done"))));
      assertThat(heard.receipts()).containsExactly(Receipt.QUEUED, Receipt.SENT, Receipt.RECEIVED);
      assertThat(heard.progress()).extracting(Progress::percent).containsExactly(40);
      assertThat(heard.outcomes()).isEqualTo(1);
    }
  }

  @Test
  void aSenderHearsThatNobodyIsConnected() {
    String id = cluster.idWithEntityOn(cluster.b);
    Outcome.Undelivered<Any> ended =
        cluster.c.send(id, TestNode.command("c1", "x")).awaitUndelivered();
    assertThat(ended.reason()).isEqualTo(Reason.NOT_CONNECTED);
    assertThat(ended.certainty()).isEqualTo(Certainty.NOT_SENT);
  }

  @Test
  void aSenderCancelsWhatRuns() {
    String id = cluster.idWithEntityOn(cluster.b);
    try (ScriptedClient client = cluster.a.connect(id)) {
      Heard heard = cluster.c.send(id, TestNode.command("c1", "x"));
      client.awaitCommand();
      var cancelled =
          cluster.c.connections().cancel(ClientKey.of(TestNode.SERVICE, id), "c1", LIMIT);
      assertThat(client.awaitCancel().getCommandId()).isEqualTo("c1");
      client.cancelled("c1");
      assertThat(TestNode.await(cancelled).verdict()).isEqualTo(CancelResult.Verdict.CANCELLED);
      assertThat(heard.awaitOutcome()).isInstanceOf(Outcome.Cancelled.class);
    }
  }

  @Test
  void anOperatorDisconnectsAClientFromAnyNode() {
    String id = cluster.idWithEntityOn(cluster.b);
    ClientKey key = ClientKey.of(TestNode.SERVICE, id);
    try (ScriptedClient client = cluster.a.connect(id)) {
      Goodbye goodbye = Goodbye.of(Goodbye.Cause.DISCONNECTED, "out");
      assertThat(TestNode.await(cluster.c.connections().disconnect(key, goodbye, LIMIT))).isTrue();
      assertThat(client.awaitGoodbye().getMessage()).isEqualTo("out");
      assertThat(TestNode.await(cluster.c.connections().disconnect(key, goodbye, LIMIT))).isFalse();
    }
  }

  @Test
  void aClientThatDialsAnotherNodeTakesItsOlderConnectionsPlace() {
    String id = cluster.idWithEntityOn(cluster.b);
    try (ScriptedClient older = cluster.a.connect(id);
        ScriptedClient newer = cluster.c.connect(id)) {
      assertThat(older.awaitGoodbye().getReason()).isEqualTo(GoodbyeReason.GOODBYE_REASON_REPLACED);
      assertThat(newer.epoch()).isGreaterThan(older.epoch());
      Heard heard = cluster.a.send(id, TestNode.command("c1", "x"));
      newer.awaitCommand();
      newer.complete("c1", "from the newer");
      assertThat(heard.awaitOutcome())
          .isEqualTo(new Outcome.Completed<>(Any.pack(StringValue.of("from the newer"))));
    }
  }

  @Test
  void manyCommandsArriveInOrderAndTheWindowIsGivenBack() {
    String id = cluster.idWithEntityOn(cluster.b);
    int count = 5 * RemoteDownlink.WINDOW;
    try (ScriptedClient client = cluster.a.connect(id)) {
      for (int i = 0; i < count; i++) {
        String command = "c" + i;
        Heard heard = cluster.c.send(id, TestNode.command(command, "x"));
        assertThat(client.awaitCommand().getCommandId()).isEqualTo(command);
        client.complete(command, "y");
        assertThat(heard.awaitOutcome().isCompleted()).isTrue();
      }
    }
  }

  @Test
  void aSlowReaderCostsItsOwnQueueAndNothingElse() {
    String id = cluster.idWithEntityOn(cluster.b);
    String other = cluster.idWithEntityOn(cluster.b);
    String text = "x".repeat(50_000);
    try (ScriptedClient slow = ScriptedClient.dialWithoutReading(cluster.a.edgeAddress());
        ScriptedClient quick = cluster.a.connect(other)) {
      slow.hello(TestNode.SERVICE, id);
      slow.read(1);
      slow.awaitWelcome();
      List<Heard> sent = new ArrayList<>();
      Heard last;
      // The transport's buffers, the window between the nodes and the queue fill up, in this order.
      do {
        last = cluster.c.send(id, TestNode.command("c" + sent.size(), text));
        sent.add(last);
        assertThat(sent).hasSizeLessThan(1_000);
        Heard probe = cluster.c.send(other, TestNode.command("p" + sent.size(), "x"));
        assertThat(quick.awaitCommand().getCommandId()).isEqualTo("p" + sent.size());
        quick.complete("p" + sent.size(), "y");
        assertThat(probe.awaitOutcome().isCompleted()).isTrue();
        // Large as it is, it goes another way than the probe, and may be later.
        last.awaitQueuedOrEnd();
      } while (!last.hasEnded());
      assertThat(last.awaitUndelivered().reason()).isEqualTo(Reason.QUEUE_FULL);
      slow.read(1_000_000);
      for (int i = 0; i < sent.size() - 1; i++) {
        assertThat(slow.awaitCommand().getCommandId()).isEqualTo("c" + i);
        slow.complete("c" + i, "y");
        assertThat(sent.get(i).awaitOutcome().isCompleted()).isTrue();
      }
    }
  }

  @Test
  void theLargestCommandAndAnswerTravelAndALargerOneIsRefused() {
    String id = cluster.idWithEntityOn(cluster.b);
    int largest = cluster.a.connections().settings().defaults().maxCommandBytes();
    try (ScriptedClient client = cluster.a.connect(id)) {
      Command fits = command("c1", largest - 100);
      Heard heard = cluster.c.send(id, fits);
      assertThat(client.awaitCommand().getPayload()).isEqualTo(fits.payload());
      BytesValue answer = BytesValue.of(ByteString.copyFrom(new byte[4 * 1024 * 1024 - 100]));
      client.complete("c1", answer);
      assertThat(heard.awaitOutcome()).isEqualTo(new Outcome.Completed<>(Any.pack(answer)));

      Outcome.Undelivered<Any> refused =
          cluster.c.send(id, command("c2", largest + 1)).awaitUndelivered();
      assertThat(refused.reason()).isEqualTo(Reason.TOO_LARGE);
      assertThat(refused.message()).contains("max-command-size");
      Outcome.Undelivered<Any> larger =
          cluster.c.send(id, command("c3", 5_000_000)).awaitUndelivered();
      assertThat(larger.reason()).isEqualTo(Reason.TOO_LARGE);
      assertThat(larger.message()).contains("maximum-frame-size");
    }
  }

  private static Command command(String id, int bytes) {
    return new Command(
        id,
        Any.pack(BytesValue.of(ByteString.copyFrom(new byte[bytes]))),
        Instant.now().plusSeconds(30),
        Priority.NORMAL,
        "",
        Map.of());
  }

  @Test
  void everyNodeListsTheClientsOfAllNodes() {
    String onA = cluster.idWithEntityOn(cluster.a);
    String onB = cluster.idWithEntityOn(cluster.b);
    String onC = cluster.idWithEntityOn(cluster.c);
    try (ScriptedClient one = cluster.a.connect(onA);
        ScriptedClient two = cluster.a.connect(onB);
        ScriptedClient three = cluster.c.connect(onC)) {
      assertThat(List.of(one.epoch(), two.epoch(), three.epoch())).doesNotContain(0L);
      cluster.eventually(
          () -> {
            ClusterListing all = list(null, 1000);
            assertThat(all.clients())
                .extracting(client -> client.client().clientId())
                .containsExactlyElementsOf(List.of(onA, onB, onC).stream().sorted().toList());
            assertThat(all.silent()).isEmpty();
            assertThat(all.more()).isFalse();
          });
      ConnectedClient first = list(null, 1).clients().get(0);
      assertThat(list(null, 1).more()).isTrue();
      assertThat(list(first.client(), 1000).clients()).hasSize(2);
      assertThat(list(null, 1000).clients())
          .filteredOn(client -> client.client().clientId().equals(onC))
          .extracting(ConnectedClient::node)
          .containsExactly(cluster.c.connections().node());
    }
  }

  @Test
  void aWatchAtAnyNodeTellsOfTheClientsOfAllNodes() {
    String onA = cluster.idWithEntityOn(cluster.a);
    String onB = cluster.idWithEntityOn(cluster.b);
    String onC = cluster.idWithEntityOn(cluster.c);
    try (ScriptedClient one = cluster.b.connect(onA);
        Watched watched = new Watched(cluster.b, List.of(onA, onB, onC))) {
      assertThat(watched.awaitSnapshot()).containsExactly(onA);
      try (ScriptedClient two = cluster.a.connect(onB);
          ScriptedClient three = cluster.c.connect(onC)) {
        assertThat(List.of(watched.awaitChange(), watched.awaitChange()))
            .containsExactlyInAnyOrder("CONNECTED " + onB, "CONNECTED " + onC);
        try (ScriptedClient newer = cluster.a.connect(onC)) {
          assertThat(newer.epoch()).isGreaterThan(three.epoch());
          assertThat(watched.awaitChange()).isEqualTo("REPLACED " + onC);
          two.leave();
          assertThat(watched.awaitChange()).isEqualTo("DISCONNECTED " + onB);
          newer.cut();
          assertThat(watched.awaitChange()).isEqualTo("DISCONNECTED " + onC);
          one.leave();
          assertThat(watched.awaitChange()).isEqualTo("DISCONNECTED " + onA);
        }
      }
    }
  }

  private ClusterListing list(ClientKey after, int limit) {
    ClusterListing listing =
        TestNode.await(
            cluster
                .b
                .connections()
                .listAll(TestNode.SERVICE, LabelSelector.ALL, after, limit, LIMIT));
    assertThat(listing.silent()).isEqualTo(Set.of());
    return listing;
  }
}
