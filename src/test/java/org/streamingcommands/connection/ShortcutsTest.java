package org.streamingcommands.connection;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.StringValue;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.streamingcommands.command.CancelResult;
import org.streamingcommands.command.ClientKey;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.command.Reason;
import org.streamingcommands.command.Receipt;
import org.streamingcommands.support.Heard;
import org.streamingcommands.support.TestNode;
import org.streamingcommands.testkit.ScriptedClient;

/** Client on node a, entity on node b, sender on node c, who learns the short way to b. */
class ShortcutsTest {
  private static final Duration LIMIT = Duration.ofSeconds(20);

  private static TestCluster cluster;

  @BeforeAll
  static void start() {
    cluster = TestCluster.start();
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  @Test
  void aSenderTakesTheShortWayOnceItWasTold() {
    String id = cluster.idWithEntityOn(cluster.b);
    try (ScriptedClient client = cluster.a.connect(id)) {
      learn(client, id, "c1");
      assertThat(home(id)).isEqualTo(cluster.b.connections().node());
      Heard heard = cluster.c.send(id, TestNode.command("c2", "x"));
      client.awaitCommand();
      client.received("c2");
      heard.awaitReceipt(Receipt.RECEIVED);
      var cancelled = cluster.c.connections().cancel(key(id), "c2", LIMIT);
      assertThat(client.awaitCancel().getCommandId()).isEqualTo("c2");
      client.cancelled("c2");
      assertThat(TestNode.await(cancelled).verdict()).isEqualTo(CancelResult.Verdict.CANCELLED);
      assertThat(heard.awaitOutcome()).isInstanceOf(Outcome.Cancelled.class);
    }
  }

  @Test
  void whoTookTheWrongWayIsLedToTheRightOneAndLearnsIt() {
    String id = cluster.idWithEntityOn(cluster.b);
    try (ScriptedClient client = cluster.a.connect(id)) {
      learn(client, id, "c1");
      shortcuts().learn(new Gateway.EntityHere(key(id), cluster.a.connections().node()));
      Heard one = cluster.c.send(id, TestNode.command("c2", "x"));
      Heard two = cluster.c.send(id, TestNode.command("c3", "x"));
      answer(client, "c2", one);
      answer(client, "c3", two);
      cluster.eventually(() -> assertThat(home(id)).isEqualTo(cluster.b.connections().node()));
    }
  }

  @Test
  void whatIsNotThereAnyMoreComesToLifeAgain() {
    String id = cluster.idWithEntityOn(cluster.b);
    String never = id;
    while (cluster.b.connections().entities().find(key(never)) != null
        || shard(never) != shard(id)) {
      never += "'";
    }
    try (ScriptedClient client = cluster.a.connect(id)) {
      learn(client, id, "c1");
      // Its entity says so, and stops when it likes.
      assertThat(cluster.c.send(never, TestNode.command("c2", "x")).awaitUndelivered().reason())
          .isEqualTo(Reason.NOT_CONNECTED);
    }
  }

  @Test
  void aNodeThatIsGoneIsForgotten() {
    String id = cluster.idWithEntityOn(cluster.b);
    shortcuts().learn(new Gateway.EntityHere(key(id), "streaming-commands@127.0.0.1:1"));
    cluster.eventually(() -> assertThat(home(id)).isNull());
  }

  private static void learn(ScriptedClient client, String id, String command) {
    answer(client, command, cluster.c.send(id, TestNode.command(command, "x")));
    cluster.eventually(() -> assertThat(home(id)).isNotNull());
  }

  private static void answer(ScriptedClient client, String command, Heard heard) {
    assertThat(client.awaitCommand().getCommandId()).isEqualTo(command);
    client.complete(command, "done");
    assertThat(heard.awaitOutcome())
        .isEqualTo(new Outcome.Completed<>(Any.pack(StringValue.of("done"))));
  }

  private static Shortcuts shortcuts() {
    return cluster.c.connections().shortcuts();
  }

  private static String home(String id) {
    return shortcuts().find(key(id));
  }

  private static int shard(String id) {
    int shards = cluster.c.connections().settings().numberOfShards();
    return Math.abs(key(id).entityId().hashCode() % shards);
  }

  private static ClientKey key(String id) {
    return ClientKey.of(TestNode.SERVICE, id);
  }
}
