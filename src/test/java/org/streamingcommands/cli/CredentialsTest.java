package org.streamingcommands.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.streamingcommands.Main;
import org.streamingcommands.grpc.v1.GoodbyeReason;
import org.streamingcommands.node.StreamingNode;
import org.streamingcommands.security.TokenHash;
import org.streamingcommands.support.TestAuthority;
import org.streamingcommands.support.TestNode;
import org.streamingcommands.testkit.ScriptedClient;

/** What the command line shows of itself to an api with TLS that asks everybody. */
class CredentialsTest {
  private static final String VIEWER = TokenHash.newToken("viewer");
  private static final String OPERATOR = TokenHash.newToken("operator");
  private static final String HALF = TokenHash.newToken("half");

  @TempDir static Path directory;
  private static TestAuthority authority;
  private static StreamingNode node;

  private StringWriter out;
  private StringWriter err;

  @BeforeAll
  static void start() {
    authority = new TestAuthority(directory, "acme");
    List<String> keys =
        new ArrayList<>(
            List.of(TestAuthority.listener("api", authority.server("api"), authority.file())));
    keys.add("api.auth = [certificate, token]");
    keys.add("services.bots {}");
    keys.add(
        """
        security {
          roles {
            viewer.grants = [{ actions = [list], services = ["*"] }]
            half.grants = [{ actions = [list, drain], services = [bots] }]
            operator.grants = [{ actions = [list, drain], services = ["*"] }]
          }
          principals {
            viewer { token = "%s", roles = [viewer] }
            half { token = "%s", roles = [half] }
            operator { token = "%s", roles = [operator] }
            desk { certificate = desk, roles = [viewer] }
          }
        }
        """
            .formatted(TokenHash.of(VIEWER), TokenHash.of(HALF), TokenHash.of(OPERATOR)));
    node = StreamingNode.start(TestNode.config(keys.toArray(String[]::new)));
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  @BeforeEach
  void listen() {
    out = new StringWriter();
    err = new StringWriter();
  }

  @Test
  void aTokenInAFileAndAnAuthorityToTrustLetOneIn() throws Exception {
    assertThat(run("clients", "--tls-ca", ca(), "--token-file", file(VIEWER))).isZero();
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void aCertificateDoesInPlaceOfAToken() {
    TestAuthority.Identity desk = authority.client("desk", "CN=desk");
    assertThat(
            run(
                "clients",
                "--tls-ca",
                ca(),
                "--tls-cert",
                desk.chain().toString(),
                "--tls-key",
                desk.key().toString()))
        .as(err::toString)
        .isZero();
  }

  @Test
  void whoShowsNothingOrSomethingWrongIsToldSoInOneLine() throws Exception {
    String wrong = TokenHash.newToken("viewer");
    assertThat(run("clients", "--tls-ca", ca())).isEqualTo(ExitCode.FAILURE);
    assertThat(run("clients", "--tls-ca", ca(), "--token-file", file(wrong)))
        .isEqualTo(ExitCode.FAILURE);
    assertThat(err.toString().lines())
        .hasSize(2)
        .allMatch(line -> line.contains("UNAUTHENTICATED"))
        .noneMatch(line -> line.contains(wrong.substring(8)));
  }

  @Test
  void anApiThatNobodyVouchesForIsNotTrusted() throws Exception {
    assertThat(run("clients", "--tls", "--token-file", file(VIEWER))).isEqualTo(ExitCode.FAILURE);
    assertThat(err.toString()).contains("UNAVAILABLE");
  }

  @Test
  void filesThatAreNotThereAreAnArgumentsFault() throws Exception {
    assertThat(run("clients", "--tls-ca", "no-such.pem", "--token-file", file(VIEWER)))
        .isEqualTo(ExitCode.USAGE);
    assertThat(err.toString()).contains("no-such.pem");
    assertThat(run("clients", "--tls-ca", ca(), "--token-file", "no-such-token"))
        .isNotEqualTo(ExitCode.OK);
    assertThat(err.toString()).contains("no-such-token");
  }

  @Test
  void aTokenMayBeInTheEnvironment() throws Exception {
    assertThat(child("clients --json", VIEWER)).isEqualTo(ExitCode.OK);
    assertThat(child("clients", TokenHash.newToken("viewer"))).isEqualTo(ExitCode.FAILURE);
    assertThat(err.toString()).contains("UNAUTHENTICATED");
  }

  @Test
  void onlyWhoMayDrainAllServicesDrainsANode() throws Exception {
    try (ScriptedClient client = ScriptedClient.dial(node.edgeAddress())) {
      client.hello("bots", "b1").awaitWelcome();
      for (String token : List.of(VIEWER, HALF)) {
        assertThat(run("drain", "--stay", "--tls-ca", ca(), "--token-file", file(token)))
            .isEqualTo(ExitCode.FAILURE);
      }
      assertThat(err.toString().lines())
          .hasSize(2)
          .allMatch(line -> line.contains("may not drain"));
      assertThat(node.system().whenTerminated().isCompleted()).isFalse();
      assertThat(client.hasEnded()).isFalse();
    }
    try (StreamingNode other = drainable();
        ScriptedClient client = ScriptedClient.dial(other.edgeAddress())) {
      client.hello("bots", "b1").awaitWelcome();
      listen();
      assertThat(
              Cli.run(
                  new PrintWriter(out, true),
                  new PrintWriter(err, true),
                  "drain",
                  "--stay",
                  "--api",
                  api(other),
                  "--token-file",
                  file(OPERATOR)))
          .as(err::toString)
          .isZero();
      assertThat(client.awaitGoodbye().getReason())
          .isEqualTo(GoodbyeReason.GOODBYE_REASON_DRAINING);
    }
  }

  private static StreamingNode drainable() {
    return StreamingNode.start(
        ConfigFactory.parseString(
                "streaming-commands.api { auth = [token], tls { certificate = \"\", key = \"\", client-ca = \"\" } }")
            .withFallback(node.system().settings().config()));
  }

  /** In a JVM of its own, which has the token in its environment. */
  private int child(String line, String token) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    command.addAll(List.of(line.split(" ")));
    command.addAll(List.of("--tls-ca", ca(), "--api", api(node)));
    Path said = directory.resolve("said");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(said.toFile());
    builder.environment().put("STREAMING_COMMANDS_TOKEN", token);
    Process process = builder.start();
    try {
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
      err.write(Files.readString(said));
      return process.exitValue();
    } finally {
      process.destroyForcibly();
    }
  }

  private int run(String... args) {
    List<String> all = new ArrayList<>(List.of(args));
    all.addAll(List.of("--api", api(node)));
    return Cli.run(
        new PrintWriter(out, true), new PrintWriter(err, true), all.toArray(String[]::new));
  }

  private static String ca() {
    return authority.file().toString();
  }

  private static String file(String token) throws Exception {
    Path file = Files.createTempFile(directory, "token", "");
    return Files.writeString(file, token, StandardCharsets.UTF_8).toString();
  }

  private static String api(StreamingNode node) {
    return "127.0.0.1:" + node.apiAddress().getPort();
  }
}
