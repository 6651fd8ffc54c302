package org.streamingcommands.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
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

/** Broadcast, watch and clients by labels, against a real node with a few clients. */
@Timeout(60)
class FleetCommandsTest {
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
            .with("c", Habit.FAILS, Map.of("zone", "us"));
  }

  @AfterAll
  static void stop() {
    fleet.close();
    node.close();
  }

  @Test
  void aBroadcastPrintsALineForEachClientAndTheCounts() {
    assertThat(broadcast("--selector", "zone=eu")).isZero();
    assertThat(out.toString())
        .containsPattern("a +COMPLETED +google.protobuf.StringValue \"a\"")
        .containsPattern("b +COMPLETED")
        .endsWith("2 clients: 2 completed%n".formatted());
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void aBroadcastThatNotEveryClientCompletesExitsWithThree() {
    assertThat(broadcast("--id", "a", "--id", "c", "--id", "nobody")).isEqualTo(ExitCode.FAILED);
    assertThat(out.toString())
        .contains("FAILED BROKEN", "NOT_CONNECTED (NOT_SENT)")
        .endsWith("3 clients: 1 completed, 1 failed, 1 NOT_CONNECTED%n".formatted());
  }

  @Test
  void wavesThatFailStopAndSayWhoWasSkipped() {
    assertThat(
            broadcast(
                "--id",
                "c",
                "--id",
                "a",
                "--id",
                "b",
                "--wave",
                "30%,100%",
                "--max-failures",
                "50%"))
        .isEqualTo(ExitCode.FAILED);
    assertThat(out.toString())
        .contains("wave 1: 1 clients, 1 failed; too many, stopped")
        .endsWith("3 clients: 0 completed, 1 failed, 2 skipped%n".formatted());
  }

  @Test
  void aBroadcastAnswersOneObjectALineForAProgram() {
    assertThat(broadcast("--all", "--exclude", "c", "-o", "json")).isZero();
    List<String> lines = out.toString().lines().toList();
    assertThat(lines)
        .hasSize(4)
        .allSatisfy(line -> assertThat(JsonParser.parseString(line).isJsonObject()).isTrue());
    assertThat(lines.get(3)).contains("\"targets\":2", "\"completed\":2");
  }

  @Test
  void wrongArgumentsOfABroadcastAreRefused() {
    assertThat(broadcast()).isEqualTo(ExitCode.USAGE);
    assertThat(broadcast("--all", "--id", "a")).isEqualTo(ExitCode.USAGE);
    assertThat(broadcast("--selector", "zone in eu")).isEqualTo(ExitCode.USAGE);
    assertThat(broadcast("--all", "--wave", "5%")).isEqualTo(ExitCode.USAGE);
    assertThat(broadcast("--all", "--concurrency", "0")).isEqualTo(ExitCode.NOT_SENT);
    assertThat(err.toString())
        .contains("position 5", "the last must be 100", "max_concurrency: must be 1");
    assertThat(fleet.commandsOf("nobody")).isZero();
  }

  @Test
  void aWatchTellsWhoIsConnected() {
    assertThat(run("watch", "--selector", "zone=eu", "--snapshot")).isZero();
    assertThat(out.toString())
        .containsPattern("connected +bots/a  zone=eu")
        .containsPattern("connected +bots/b  zone=eu")
        .contains("2 connected")
        .doesNotContain("bots/c");
  }

  @Test
  void clientsAreListedByTheirLabels() {
    assertThat(run("clients", "--selector", "zone=us")).isZero();
    assertThat(out.toString()).containsPattern("bots +c ").endsWith("1 client%n".formatted());
  }

  private int broadcast(String... more) {
    List<String> args = new ArrayList<>(List.of("broadcast", "--service", "bots"));
    args.addAll(List.of("--type", "google.protobuf.Empty"));
    args.addAll(List.of(more));
    return run(args.toArray(String[]::new));
  }

  private int run(String... args) {
    List<String> all = new ArrayList<>(List.of(args));
    all.addAll(List.of("--api", "127.0.0.1:" + node.apiAddress().getPort()));
    return Cli.run(
        new PrintWriter(out, true), new PrintWriter(err, true), all.toArray(String[]::new));
  }
}
