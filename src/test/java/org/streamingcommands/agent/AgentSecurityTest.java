package org.streamingcommands.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.credentials.Tls;
import org.streamingcommands.credentials.TokenSource;
import org.streamingcommands.support.Heard;
import org.streamingcommands.support.TestAuthority;
import org.streamingcommands.support.TestNode;
import org.streamingcommands.support.TestTokens;

/** An agent on an edge that asks who it is, over TLS. */
class AgentSecurityTest {
  private static final TestTokens TOKENS = new TestTokens();

  @TempDir static Path directory;
  private static TestAuthority authority;
  private static TestAuthority.Identity server;

  @BeforeAll
  static void makeCertificates() {
    authority = new TestAuthority(directory, "acme");
    server = authority.server("server");
    TOKENS.publicJwks(directory.resolve("jwks.json"));
  }

  @Test
  void itRenewsItsTokenOnTheOpenStream() {
    var lives = new LinkedBlockingQueue<>(List.of(Duration.ofSeconds(3)));
    Instant firstEnds = Instant.now().plusSeconds(4);
    TokenSource source =
        () -> {
          Duration life = lives.poll();
          return TOKENS.es256(
              TestTokens.client("bots", "robot-7", life == null ? Duration.ofHours(1) : life));
        };
    AtomicInteger connections = new AtomicInteger();
    AgentListener counts =
        new AgentListener() {
          @Override
          public void connected(String sessionId, long epoch) {
            connections.incrementAndGet();
          }
        };
    try (TestNode node = node("edge.auth = [jwt]");
        Agent agent = builder(node).token(source).listener(counts).connect()) {
      TestNode.await(agent.connected());
      for (int i = 0; Instant.now().isBefore(firstEnds); i++) {
        Heard heard = node.send("robot-7", TestNode.command("c" + i, "still there?"));
        assertThat(heard.awaitOutcome()).isInstanceOf(Outcome.Completed.class);
      }
      assertThat(connections).hasValue(1);
    }
  }

  @Test
  void itShowsItsCertificate() {
    var robot = authority.client("robot", "CN=bots/robot-7");
    try (TestNode node = node("edge.auth = [certificate]");
        Agent agent =
            builder(node)
                .tls(Tls.trusting(authority.file()).withIdentity(robot.chain(), robot.key()))
                .connect()) {
      TestNode.await(agent.connected());
    }
  }

  @Test
  void itDoesNotSpeakToAServerThatItDoesNotTrust() {
    TestAuthority other = new TestAuthority(directory, "other");
    CompletableFuture<Disconnect> why = new CompletableFuture<>();
    AgentListener hears =
        new AgentListener() {
          @Override
          public void disconnected(Disconnect reason) {
            why.complete(reason);
          }
        };
    AtomicInteger asked = new AtomicInteger();
    try (TestNode node = node("edge.auth = [jwt]");
        Agent agent =
            builder(node)
                .tls(Tls.trusting(other.file()))
                .token(
                    () -> {
                      asked.incrementAndGet();
                      return "secret";
                    })
                .listener(hears)
                .connect()) {
      assertThat(TestNode.await(why).cause()).isEqualTo(Disconnect.Cause.UNREACHABLE);
      assertThat(agent.state()).isNotEqualTo(AgentState.CONNECTED);
      // The token never left.
      assertThat(asked).hasValue(0);
    }
  }

  private static AgentBuilder builder(TestNode node) {
    return Agent.builder("127.0.0.1:" + node.edgeAddress().getPort())
        .service("bots")
        .clientId("robot-7")
        .tls(Tls.trusting(authority.file()))
        .onOther((command, context) -> command);
  }

  private static TestNode node(String auth) {
    List<String> keys =
        new ArrayList<>(List.of(TestAuthority.listener("edge", server, authority.file())));
    keys.add(auth);
    keys.add("security.jwt.clock-skew = 0 s");
    keys.add("security.jwt.jwks = \"%s\"".formatted(directory.resolve("jwks.json")));
    if (auth.contains("jwt")) {
      // A token only.
      keys.remove(2);
    }
    return TestNode.start(keys.toArray(String[]::new));
  }
}
