package org.streamingcommands.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.streamingcommands.node.StreamingNode;
import org.streamingcommands.support.ScriptedFleet;
import org.streamingcommands.support.ScriptedFleet.Habit;
import org.streamingcommands.support.TestNode;

/** Top, completion and what every subcommand has in common, against a real node. */
@Timeout(60)
class TopCommandTest {
  private static StreamingNode node;
  private static ScriptedFleet fleet;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeAll
  static void start() {
    node = StreamingNode.start(TestNode.config("services.bots {}"));
    fleet = new ScriptedFleet(node.edgeAddress(), 1).with("a", Habit.ANSWERS, Map.of("zone", "eu"));
  }

  @AfterAll
  static void stop() {
    fleet.close();
    node.close();
  }

  @Test
  void topShowsTheNodeAndItsClientsAsOftenAsAskedFor() {
    assertThat(run("top", "--count", "2", "--every", "10ms")).isZero();
    assertThat(out.toString())
        .contains("1 clients, 0 queued, 0 in flight", " up")
        .containsPattern("bots +a +0 +0 .*zone=eu");
    assertThat(out.toString().split("SERVICE +CLIENT")).hasSize(3);
  }

  @Test
  void noColoursReachWhatIsNoTerminal() {
    run("top", "--count", "1");
    run("clients");
    assertThat(out.toString()).doesNotContain("\033");
  }

  @Test
  void everyListingIsAlsoForAProgram() {
    for (List<String> command :
        List.of(
            List.of("top", "--count", "1"),
            List.of("clients"),
            List.of("watch", "--snapshot"),
            List.of("kick", "--service", "bots", "--id", "nobody"),
            List.of("cancel", "--service", "bots", "--id", "a", "--command-id", "none"))) {
      List<String> asked = new ArrayList<>(command);
      asked.add("--json");
      run(asked.toArray(String[]::new));
    }
    assertThat(err.toString()).isEmpty();
    assertThat(out.toString().lines())
        .hasSizeGreaterThanOrEqualTo(5)
        .allSatisfy(line -> assertThat(JsonParser.parseString(line).isJsonObject()).isTrue());
  }

  @Test
  void topTellsAProgramTheNodeAndTheClientsThatWereAskedFor() {
    assertThat(run("top", "--count", "1", "--json", "--selector", "zone=eu")).isZero();
    assertThat(run("top", "--count", "1", "--json", "--selector", "zone=us")).isZero();
    assertThat(run("top", "--count", "1", "--json", "--service", "bots", "--rows", "0")).isZero();
    List<JsonObject> told =
        out.toString().lines().map(line -> JsonParser.parseString(line).getAsJsonObject()).toList();
    assertThat(told).hasSize(3).allMatch(object -> object.has("node") && object.has("figures"));
    assertThat(told.get(0).getAsJsonArray("clients").get(0).getAsJsonObject().get("clientId"))
        .hasToString("\"a\"");
    assertThat(told.get(1).getAsJsonArray("clients")).isEmpty();
    assertThat(told.get(2).getAsJsonArray("clients")).isEmpty();
  }

  @Test
  void topSeesMoreThanOnePageOfClients() {
    int many = 1_001;
    try (StreamingNode full = StreamingNode.start(TestNode.config("services.bots {}"));
        ScriptedFleet crowd = new ScriptedFleet(full.edgeAddress(), 4)) {
      List<CompletableFuture<Void>> welcomes = new ArrayList<>();
      for (int i = 0; i < many; i++) {
        welcomes.add(crowd.connect("c" + i, Habit.ANSWERS, Map.of()));
      }
      welcomes.forEach(TestNode::await);
      assertThat(run(full, "top", "--count", "1", "--json", "--rows", "2000")).isZero();
    }
    JsonObject told = JsonParser.parseString(out.toString()).getAsJsonObject();
    assertThat(told.getAsJsonArray("clients")).hasSize(many);
  }

  @Test
  void aShellIsToldHowToComplete() {
    int code =
        Cli.run(new PrintWriter(out, true), new PrintWriter(err, true), "generate-completion");
    assertThat(code).isZero();
    assertThat(out.toString()).contains("streaming-commands", "broadcast", "--selector");
  }

  @Test
  void everySubcommandTellsItsExitCodes() {
    for (String command :
        List.of(
            "serve", "agent", "send", "broadcast", "clients", "watch", "top", "kick", "bench")) {
      StringWriter help = new StringWriter();
      Cli.run(new PrintWriter(help, true), new PrintWriter(err, true), command, "--help");
      assertThat(help.toString()).as(command).contains("Exit codes:");
    }
  }

  private int run(String... args) {
    return run(node, args);
  }

  private int run(StreamingNode asked, String... args) {
    List<String> all = new ArrayList<>(List.of(args));
    all.addAll(List.of("--api", "127.0.0.1:" + asked.apiAddress().getPort()));
    return Cli.run(
        new PrintWriter(out, true), new PrintWriter(err, true), all.toArray(String[]::new));
  }
}
