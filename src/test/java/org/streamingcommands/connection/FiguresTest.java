package org.streamingcommands.connection;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.streamingcommands.command.ClientKey;
import org.streamingcommands.command.Receipt;
import org.streamingcommands.grpc.v1.Hello;
import org.streamingcommands.ops.NodeFigures;
import org.streamingcommands.support.Heard;
import org.streamingcommands.support.TestNode;
import org.streamingcommands.testkit.ScriptedClient;

/** What befalls commands in a cluster, as whoever scrapes the nodes sees it. */
class FiguresTest {

  @Test
  void whatIsQueuedRedeliveredLateFencedAndHandedOverIsSeen() {
    try (TestCluster cluster = TestCluster.start("connection.max-in-flight = 1");
        NodeFigures ofA = new NodeFigures(cluster.a.connections(), false);
        NodeFigures ofB = new NodeFigures(cluster.b.connections(), false);
        NodeFigures ofC = new NodeFigures(cluster.c.connections(), false)) {
      String id = cluster.idWithEntityOn(cluster.b);
      Hello.Builder hello =
          Hello.newBuilder().setService(TestNode.SERVICE).setClientId(id).setInstanceId("p1");

      ScriptedClient first = cluster.a.dial();
      first.hello(hello).awaitWelcome();
      Heard one = cluster.c.send(id, TestNode.command("c1", "x"));
      first.awaitCommand();
      Heard two = cluster.c.send(id, TestNode.command("c2", "x"));
      two.awaitReceipt(Receipt.QUEUED);
      cluster.eventually(
          () -> {
            assertThat(value(ofB, "queued", "")).isEqualTo(1);
            assertThat(value(ofB, "in_flight", "")).isEqualTo(1);
          });

      first.cut();
      // Else the word of its end comes from an older stream, and is fenced too.
      cluster.eventually(() -> assertThat(value(ofB, "clients", "")).isZero());
      ScriptedClient client = cluster.a.dial();
      client.hello(hello).awaitWelcome();
      assertThat(client.awaitCommand().getCommandId()).isEqualTo("c1");
      assertThat(value(ofB, "redeliveries_total", "")).isEqualTo(1);

      client.complete("c1", "one");
      one.awaitOutcome();
      assertThat(value(ofB, "bytes_total", "direction=\"received\"")).isPositive();
      client.awaitCommand();
      client.complete("c2", "two");
      two.awaitOutcome();
      cluster.eventually(() -> assertThat(value(ofB, "queued", "")).isZero());

      Heard hasty = cluster.c.send(id, TestNode.command("c3", "x", Duration.ofMillis(500)));
      client.awaitCommand();
      hasty.awaitUndelivered();
      client.complete("c3", "late");
      cluster.eventually(() -> assertThat(value(ofB, "results_late_total", "")).isEqualTo(1));

      // An older stream that believes it is still the connection.
      ClientKey key = ClientKey.of(TestNode.SERVICE, id);
      StreamRef older = new StreamRef(cluster.c.connections().node(), 123_456_789);
      cluster
          .c
          .connections()
          .routeThroughRegion(
              new ClientConnection.StillAttached(key, older, 1, Instant.now(), 0, 0));
      cluster.eventually(() -> assertThat(value(ofB, "fenced_total", "")).isEqualTo(1));

      Heard moved = cluster.c.send(id, TestNode.command("c4", "x"));
      client.awaitCommand();
      moved.awaitReceipt(Receipt.SENT);
      cluster.b.close();
      client.complete("c4", "after all");
      moved.awaitOutcome();
      assertThat(value(ofB, "handovers_total", "direction=\"out\"")).isEqualTo(1);
      assertThat(
              value(ofA, "handovers_total", "direction=\"in\"")
                  + value(ofC, "handovers_total", "direction=\"in\""))
          .isEqualTo(1);
      client.close();
    }
  }

  private static double value(NodeFigures figures, String name, String label) {
    List<String> lines =
        figures
            .scrape()
            .lines()
            .filter(line -> line.startsWith("streamingcommands_" + name + "{"))
            .filter(line -> line.contains(label))
            .toList();
    assertThat(lines).as(name + " " + label).hasSize(1);
    return Double.parseDouble(lines.get(0).substring(lines.get(0).lastIndexOf(' ') + 1));
  }
}
