package org.streamingcommands.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.streamingcommands.node.StreamingNode;
import org.streamingcommands.support.ScriptedFleet;
import org.streamingcommands.support.ScriptedFleet.Habit;
import org.streamingcommands.support.TestNode;

/** Watch, and clients by labels, against a real node with a few clients. */
@Timeout(60)
class WatchCommandTest {
  private static StreamingNode node;
  private static ScriptedFleet fleet;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeAll
  static void start() {
    node = StreamingNode.start(TestNode.config("services.bots {}"));
    fleet =
        new ScriptedFleet(node.edgeAddress(), 1)
            .with("a", Habit.ANSWERS, Map.of("zone", "eu"))
            .with("b", Habit.ANSWERS, Map.of("zone", "eu"))
            .with("c", Habit.ANSWERS, Map.of("zone", "us"));
  }

  @AfterAll
  static void stop() {
    fleet.close();
    node.close();
  }

  @Test
  void aWatchTellsWhoIsConnected() {
    assertThat(run("watch", "--selector", "zone=eu", "--snapshot")).isZero();
    assertThat(out.toString())
        .containsPattern("connected +bots/a  zone=eu")
        .containsPattern("connected +bots/b  zone=eu")
        .contains("2 connected")
        .doesNotContain("bots/c");
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void aWatchTellsAProgramOneObjectALine() {
    assertThat(run("watch", "--snapshot", "-o", "json")).isZero();
    List<String> lines = out.toString().lines().toList();
    assertThat(lines).hasSize(4).allMatch(line -> line.startsWith("{") && line.endsWith("}"));
    assertThat(lines.get(3)).contains("\"snapshotEnd\":{\"clients\":3}");
  }

  @Test
  void aWatchOfAWrongSelectorFailsInOneLine() {
    assertThat(run("watch", "--selector", "zone in eu")).isEqualTo(ExitCode.FAILURE);
    assertThat(err.toString().lines()).singleElement().asString().contains("position 5");
  }

  @Test
  void clientsAreListedByTheirLabels() {
    assertThat(run("clients", "--selector", "zone=us")).isZero();
    assertThat(out.toString()).containsPattern("bots +c ").endsWith("1 client%n".formatted());
  }

  private int run(String... args) {
    List<String> all = new ArrayList<>(List.of(args));
    all.addAll(List.of("--api", "127.0.0.1:" + node.apiAddress().getPort()));
    return Cli.run(
        new PrintWriter(out, true), new PrintWriter(err, true), all.toArray(String[]::new));
  }
}
