package org.streamingcommands.connection;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.StringValue;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.support.Heard;
import org.streamingcommands.support.TestNode;
import org.streamingcommands.testkit.ScriptedClient;

/** Nodes with trunks: the same, also when those break. */
class TrunkClusterTest extends ClusterContract {
  TrunkClusterTest() {
    super(true);
  }

  @BeforeEach
  void awaitTrunks() {
    List<TestNode> nodes = List.of(cluster.a, cluster.b, cluster.c);
    for (TestNode from : nodes) {
      for (TestNode to : nodes) {
        if (from != to) {
          cluster.eventually(() -> assertThat(trunk(from, to)).isNotNull());
        }
      }
      assertThat(from.connections().trunks()).isEqualTo(2);
    }
  }

  private static Trunk trunk(TestNode from, TestNode to) {
    return from.trunks().to(to.connections().node());
  }

  @Test
  void whatEveryCommandHasGoesOverThem() {
    String id = cluster.idWithEntityOn(cluster.b);
    try (ScriptedClient client = cluster.a.connect(id)) {
      // Not before everybody knows where the entity is.
      ask(client, id, "c0");
      AtomicInteger parts = new AtomicInteger();
      AtomicInteger byRemoting = new AtomicInteger();
      Runnable ended =
          LossySerializer.witness(
              crossing -> {
                if (crossing.message() instanceof Gateway.Batch batch && !batch.items().isEmpty()) {
                  byRemoting.incrementAndGet();
                } else if (crossing.message() instanceof ClientConnection.Send
                    || crossing.message() instanceof Gateway.Deliver
                    || crossing.message() instanceof ClientConnection.Resulted) {
                  parts.incrementAndGet();
                }
              });
      for (int i = 1; i <= 20; i++) {
        ask(client, id, "c" + i);
      }
      ended.run();
      assertThat(parts.get()).isGreaterThanOrEqualTo(60);
      assertThat(byRemoting.get()).isZero();
    }
  }

  private void ask(ScriptedClient client, String id, String commandId) {
    Heard heard = cluster.c.send(id, TestNode.command(commandId, "x"));
    client.awaitCommand();
    client.complete(commandId, "done");
    assertThat(heard.awaitOutcome().isCompleted()).isTrue();
  }

  @Test
  void theirEndCostsNoCommandAndNoOrder() {
    String id = cluster.idWithEntityOn(cluster.b);
    int rounds = 6;
    int each = 20;
    try (ScriptedClient client = cluster.a.connect(id)) {
      ask(client, id, "first");
      int last = -1;
      for (int round = 0; round < rounds; round++) {
        List<Heard> heard = new ArrayList<>();
        for (int i = 0; i < each; i++) {
          heard.add(cluster.c.send(id, TestNode.command("c%d-%d".formatted(round, i), "x")));
          if (i == each / 2) {
            // All that c and b say to others, and a's word to b.
            breakAll();
          }
        }
        for (int i = 0; i < each; i++) {
          String next = client.awaitCommand().getCommandId();
          assertThat(next).isEqualTo("c%d-%d".formatted(round, i));
          client.complete(next, next);
        }
        for (int i = 0; i < each; i++) {
          assertThat(heard.get(i).awaitOutcome())
              .isEqualTo(
                  new Outcome.Completed<>(Any.pack(StringValue.of("c%d-%d".formatted(round, i)))));
        }
        awaitTrunks();
      }
    }
  }

  private void breakAll() {
    cluster.c.trunks().forget(cluster.b.connections().node());
    cluster.b.trunks().forget(cluster.a.connections().node());
    cluster.a.trunks().forget(cluster.b.connections().node());
    cluster.a.trunks().forget(cluster.c.connections().node());
  }
}
