package org.streamingcommands.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import com.google.protobuf.BoolValue;
import com.google.protobuf.Empty;
import com.google.protobuf.StringValue;
import com.typesafe.config.ConfigFactory;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.streamingcommands.agent.Agent;
import org.streamingcommands.agent.CommandFailure;
import org.streamingcommands.command.ClientKey;
import org.streamingcommands.connection.ClientView;
import org.streamingcommands.connection.Connections;
import org.streamingcommands.node.StreamingNode;

/** The subcommands against a real node, with a real client on its edge. */
class CliNodeTest {
  private static StreamingNode node;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private final List<Agent> agents = new ArrayList<>();

  @BeforeAll
  static void startNode() {
    node =
        StreamingNode.start(
            ConfigFactory.parseString(
                    "streaming-commands { edge.port = 0, api.port = 0, services { agents {}, narrow.max-in-flight = 1 } }")
                .withFallback(StreamingNode.config(Optional.empty()))
                .resolve());
  }

  @AfterAll
  static void stopNode() {
    node.close();
  }

  @AfterEach
  void closeAgents() {
    agents.forEach(Agent::close);
  }

  @Test
  void aSendPrintsItsStepsAndTheAnswer() {
    connect("steps");

    assertThat(send("steps", "google.protobuf.StringValue", "\"hello\"")).isZero();

    assertThat(out.toString())
        .contains("queued", "sent")
        .containsPattern("COMPLETED +\\+[0-9.]+ m?s  google.protobuf.StringValue \"hello\"");
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void aSendAnswersOneObjectALineForAProgram() {
    connect("json");

    assertThat(send("json", "google.protobuf.StringValue", "\"hello\"", "-o", "json")).isZero();

    List<String> lines = out.toString().lines().toList();
    assertThat(lines)
        .allSatisfy(line -> assertThat(JsonParser.parseString(line).isJsonObject()).isTrue());
    assertThat(lines.get(lines.size() - 1)).contains("\"completed\"", "\"hello\"");
  }

  @Test
  void aSendThatTheClientFailsExitsWithThreeAndItsCode() {
    connect("fails");

    assertThat(send("fails", "google.protobuf.Empty", "{}")).isEqualTo(ExitCode.FAILED);

    assertThat(err.toString()).contains("NOT_TODAY", "the battery is low");
  }

  @Test
  void aSendToNobodyExitsWithFive() {
    assertThat(send("nobody", "google.protobuf.Empty", "{}")).isEqualTo(ExitCode.NOT_SENT);

    assertThat(out.toString()).contains("NOT_CONNECTED (NOT_SENT)");
    assertThat(err.toString().lines()).singleElement().asString().contains("nothing was sent");
  }

  @Test
  void aSendThatIsNeverAnsweredExitsWithSeven() {
    connect("never");

    int code = send("never", "google.protobuf.BoolValue", "true", "--timeout", "300ms");

    assertThat(code).isEqualTo(ExitCode.RECEIVED_NOT_FINISHED);
    assertThat(err.toString()).contains("TIMED_OUT");
  }

  @Test
  void aSendThatWaitsForAReceiptLeavesTheCommandToGoOn() {
    connect("receipt");

    int code = send("receipt", "google.protobuf.BoolValue", "true", "--wait-for", "received");

    assertThat(code).isZero();
    assertThat(out.toString().lines()).singleElement().asString().startsWith("received");
  }

  @Test
  void aSendThatWaitsForAReceiptAndEndsFirstSaysHow() {
    assertThat(send("nobody", "google.protobuf.Empty", "{}", "--wait-for", "SENT"))
        .isEqualTo(ExitCode.NOT_SENT);

    assertThat(out.toString()).contains("NOT_CONNECTED (NOT_SENT)");
  }

  @Test
  void aCoalescingKeyTravelsAlong() {
    connect("narrow", "c1");
    String[] send = {"send", "--api", api(), "--service", "narrow", "--id", "c1"};
    String[] never =
        append(
            send, "--type", "google.protobuf.BoolValue", "--json", "true", "--wait-for", "queued");

    assertThat(run(append(never, "--command-id", "in-flight"))).isZero();
    assertThat(run(append(never, "--command-id", "v1", "--coalescing-key", "config"))).isZero();
    assertThat(run(append(never, "--command-id", "v2", "--coalescing-key", "config"))).isZero();

    ClientView view =
        Connections.get(node.system())
            .inspect(ClientKey.of("narrow", "c1"), "", Duration.ofSeconds(30))
            .join();
    assertThat(view.pending())
        .extracting(ClientView.Pending::commandId)
        .containsExactly("in-flight", "v2");
  }

  @Test
  void anAgentTellsOfItsProgressAndStopsWhatIsCancelled() {
    CompletableFuture<Integer> agent = agent("--id", "steps", "--answer", "steps");
    CompletableFuture<Integer> other = agent("--id", "stops", "--answer", "never");
    while (send(
            "stops", "google.protobuf.Empty", "{}", "--wait-for", "received", "--command-id", "j")
        != ExitCode.OK) {
      assertThat(other).isNotDone();
    }
    while (send("steps", "google.protobuf.StringValue", "\"go\"") != ExitCode.OK) {
      assertThat(agent).isNotDone();
    }
    assertThat(out.toString()).contains("25 %", "75 %", "step 3 of 4", "COMPLETED");

    assertThat(
            run(
                "cancel",
                "--api",
                api(),
                "--service",
                "agents",
                "--id",
                "stops",
                "--command-id",
                "j"))
        .isZero();
    assertThat(out.toString()).contains("CANCELLED");
    connect("steps");
    connect("stops");
    assertThat(agent.orTimeout(30, TimeUnit.SECONDS).join()).isEqualTo(ExitCode.FAILURE);
    assertThat(other.orTimeout(30, TimeUnit.SECONDS).join()).isEqualTo(ExitCode.FAILURE);
  }

  private static CompletableFuture<Integer> agent(String... more) {
    String[] args =
        append(
            new String[] {"agent", "--service", "agents", "--edge", address(node.edgeAddress())},
            more);
    PrintWriter nowhere = new PrintWriter(new StringWriter(), true);
    return CompletableFuture.supplyAsync(() -> Cli.run(nowhere, nowhere, args));
  }

  @Test
  void clientsAreListedWithTheirLabels() {
    connect("listed");

    assertThat(run("clients", "--api", api(), "--service", "agents")).isZero();

    assertThat(out.toString()).startsWith("SERVICE").containsPattern("agents +listed .*room=hall");
  }

  @Test
  void anApiThatIsNotThereFailsInOneLine() {
    // The edge speaks gRPC too, and knows no such service.
    assertThat(run("clients", "--api", address(node.edgeAddress()))).isEqualTo(ExitCode.FAILURE);

    assertThat(err.toString().lines()).singleElement().asString().contains("UNIMPLEMENTED");
  }

  @Test
  void whatTakesLongSaysThatItGoesOn() {
    CompletableFuture<String> told = new CompletableFuture<>();
    PrintWriter listener =
        new PrintWriter(new StringWriter(), true) {
          @Override
          public PrintWriter printf(String format, Object... args) {
            told.complete(format.formatted(args));
            return this;
          }
        };

    String line =
        ProgressLine.during(
            listener,
            () -> "counting sheep",
            Duration.ofMillis(1),
            () -> told.orTimeout(30, TimeUnit.SECONDS).join());

    assertThat(line).startsWith("... counting sheep (0 s)");
  }

  @Test
  void kickEndsAConnectionAndSaysWhereThereWasNone() {
    connect("kicked");
    String[] kick = {"kick", "--api", api(), "--service", "agents", "--id", "kicked"};

    assertThat(run(append(kick, "--stay-away", "1m"))).isZero();
    assertThat(out.toString()).contains("disconnected kicked");
    assertThat(run(kick)).isEqualTo(ExitCode.NOT_SENT);
    assertThat(out.toString()).contains("kicked was not connected");
    assertThat(run(append(kick, "--json"))).isEqualTo(ExitCode.NOT_SENT);
    assertThat(out.toString()).contains("{\"wasConnected\":false}");
  }

  @Test
  void cancelSaysWhatItCameTo() {
    connect("cancelled");
    send("cancelled", "google.protobuf.StringValue", "\"x\"", "--command-id", "done");
    String[] cancel = {"cancel", "--api", api(), "--service", "agents", "--id", "cancelled"};

    assertThat(run(append(cancel, "--command-id", "done"))).isEqualTo(ExitCode.FAILED);
    assertThat(out.toString()).contains("TOO_LATE");
    assertThat(run(append(cancel, "--command-id", "never"))).isEqualTo(ExitCode.NOT_SENT);
    assertThat(out.toString()).contains("UNKNOWN_COMMAND");
  }

  @Test
  void anAgentTellsAProgramOneObjectALine() {
    StringWriter told = new StringWriter();
    StringWriter trouble = new StringWriter();
    CompletableFuture<Integer> ended =
        CompletableFuture.supplyAsync(
            () ->
                Cli.run(
                    new PrintWriter(told, true),
                    new PrintWriter(trouble, true),
                    "agent",
                    "--json",
                    "--service",
                    "agents",
                    "--id",
                    "told",
                    "--edge",
                    address(node.edgeAddress())));
    while (send("told", "google.protobuf.StringValue", "\"hello\"") != ExitCode.OK) {
      assertThat(ended).isNotDone();
    }
    connect("told");

    assertThat(ended.orTimeout(30, TimeUnit.SECONDS).join()).isEqualTo(ExitCode.FAILURE);
    assertThat(trouble.toString()).contains("another connection took over");
    assertThat(told.toString().lines())
        .hasSizeGreaterThanOrEqualTo(2)
        .allSatisfy(line -> assertThat(JsonParser.parseString(line).isJsonObject()).isTrue())
        .anyMatch(line -> line.contains("\"event\":\"connected\""))
        .anyMatch(line -> line.contains("\"event\":\"command\"") && line.contains("hello"));
  }

  private static String[] append(String[] args, String... more) {
    String[] all = Arrays.copyOf(args, args.length + more.length);
    System.arraycopy(more, 0, all, args.length, more.length);
    return all;
  }

  private void connect(String id) {
    connect("agents", id);
  }

  private void connect(String service, String id) {
    Agent agent =
        Agent.builder(address(node.edgeAddress()))
            .service(service)
            .clientId(id)
            .label("room", "hall")
            .on(StringValue.class, (text, context) -> text)
            .on(
                Empty.class,
                (empty, context) -> {
                  throw new CommandFailure("NOT_TODAY", "the battery is low");
                })
            .onAsync(BoolValue.class, (never, context) -> new CompletableFuture<Empty>())
            .connect();
    agents.add(agent);
    agent.connected().orTimeout(30, TimeUnit.SECONDS).join();
  }

  private int send(String id, String type, String json, String... more) {
    List<String> args = new ArrayList<>();
    args.addAll(List.of("send", "--api", api(), "--service", "agents", "--id", id));
    args.addAll(List.of("--type", type, "--json", json));
    args.addAll(List.of(more));
    return run(args.toArray(String[]::new));
  }

  private int run(String... args) {
    return Cli.run(new PrintWriter(out, true), new PrintWriter(err, true), args);
  }

  private static String api() {
    return address(node.apiAddress());
  }

  private static String address(InetSocketAddress address) {
    return address.getAddress().getHostAddress() + ":" + address.getPort();
  }
}
