package org.streamingcommands.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.streamingcommands.bench.HerdReport;

class CliTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "serve",
        "demo",
        "agent",
        "send",
        "broadcast",
        "cancel",
        "clients",
        "watch",
        "top",
        "kick",
        "drain",
        "bench",
        "herd",
        "check-config",
        "token create"
      })
  void everySubcommandHelps(String subcommand) {
    assertThat(run((subcommand + " --help").split(" "))).isZero();

    assertThat(out.toString())
        .startsWith("Usage: streaming-commands " + subcommand)
        .contains("Exit codes:", "--json")
        .doesNotContain("\u001b");
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void theRootListsWhatAPersonMayCall() {
    assertThat(run("--help")).isZero();

    assertThat(out.toString())
        .contains("serve", "demo", "agent", "send", "clients")
        .doesNotContain("demo-bots", "demo-sender");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--version", "send --version"})
  void theVersionIsPrinted(String line) {
    assertThat(run(line.split(" "))).isZero();

    assertThat(out.toString()).startsWith("streaming-commands ").contains("Java ");
  }

  @Test
  void withoutASubcommandTheUsageIsShown() {
    assertThat(run()).isEqualTo(ExitCode.USAGE);

    assertThat(err.toString()).contains("Usage: streaming-commands");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "send --no-such-option",
        "no-such-command",
        "send --service bots --id b1",
        "send --service bots --id b1 --type google.protobuf.Empty --timeout 5",
        "send --service bots --id b1 --type google.protobuf.Empty --api nowhere",
        "agent --service bots --id b1 --edge 127.0.0.1:1 --label nonsense",
        "agent --service /// --id b1",
        "clients --output yaml",
      })
  void wrongArgumentsExitWithTwoAndALine(String line) {
    assertThat(run(line.split(" "))).isEqualTo(ExitCode.USAGE);

    assertThat(out.toString()).isEmpty();
    assertThat(err.toString()).startsWith("streaming-commands: ").doesNotContain("\tat ");
  }

  @Test
  void aMistypedOptionIsAnsweredWithASuggestion() {
    run("send", "--servce", "bots");

    assertThat(err.toString())
        .contains("--service")
        .contains("Try 'streaming-commands send --help'");
  }

  @Test
  void anUnknownTypeFailsInOneLine() {
    int code = run("send", "--service", "bots", "--id", "b1", "--type", "my.pkg.Thing");

    assertThat(code).isEqualTo(ExitCode.FAILURE);
    assertThat(err.toString().lines())
        .singleElement()
        .asString()
        .contains("my.pkg.Thing", "--descriptor-set");
  }

  @Test
  void aConfigurationThatIsNotThereFailsInOneLine() {
    assertThat(run("serve", "--config", "no-such.conf")).isEqualTo(ExitCode.FAILURE);

    assertThat(err.toString().lines())
        .singleElement()
        .isEqualTo("streaming-commands: cannot read no-such.conf");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "token create --name ci --json",
        "check-config --config conf/application.conf --json",
        "check-config --config no-such.conf --json",
      })
  void whatNeedsNoNodeSpeaksToProgramsToo(String line) {
    run(line.split(" "));

    assertThat(out.toString().isEmpty() || JsonParser.parseString(out.toString()).isJsonObject())
        .isTrue();
  }

  @Test
  void aHerdTellsAProgramItsFigures() {
    JsonObject told =
        HerdCommand.object(
            new HerdReport(
                5000,
                Duration.ofSeconds(30),
                Duration.ofSeconds(4),
                Duration.ofSeconds(29),
                1,
                2,
                3,
                ""));

    assertThat(told.get("clients").getAsInt()).isEqualTo(5000);
    assertThat(told.get("fullPresenceSeconds").getAsDouble()).isEqualTo(30);
    assertThat(told.get("failedAccepts").getAsInt()).isEqualTo(1);
  }

  @Test
  void theHelpOfSendNamesEveryExitCode() {
    run("send", "--help");

    assertThat(out.toString()).containsPattern("(?m)^ +0 +the client completed");
    assertThat(out.toString()).containsPattern("(?m)^ +7 +undelivered");
  }

  private int run(String... args) {
    return Cli.run(new PrintWriter(out, true), new PrintWriter(err, true), args);
  }
}
