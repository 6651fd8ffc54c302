package org.streamingcommands.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.streamingcommands.edge.Robot7.PRINCIPAL;
import static org.streamingcommands.edge.Robot7.TOKEN;
import static org.streamingcommands.edge.Robot7.append;
import static org.streamingcommands.edge.Robot7.assertEnd;
import static org.streamingcommands.edge.Robot7.dial;
import static org.streamingcommands.edge.Robot7.eventually;
import static org.streamingcommands.edge.Robot7.isLetIn;

import com.google.rpc.ErrorInfo;
import com.nimbusds.jwt.JWTClaimsSet;
import io.grpc.ChannelCredentials;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.StreamObserver;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.streamingcommands.connection.Refusal;
import org.streamingcommands.grpc.v1.ClientStreamServiceGrpc;
import org.streamingcommands.grpc.v1.GoodbyeReason;
import org.streamingcommands.security.TokenHash;
import org.streamingcommands.support.TestNode;
import org.streamingcommands.support.TestTokens;
import org.streamingcommands.testkit.ScriptedClient;

/** Whom a token lets in at the edge, and for how long. */
class EdgeTokensTest {
  private static final Duration HOUR = Duration.ofHours(1);
  private static final TestTokens TOKENS = new TestTokens();

  @TempDir static Path directory;

  @BeforeAll
  static void publishKeys() {
    TOKENS.publicJwks(directory.resolve("jwks.json"));
    TOKENS.jwks(directory.resolve("shared.json"));
  }

  @Test
  void aTokenLetsItsClientInAndNobodyElse() {
    try (TestNode node = TestNode.start("edge.auth = [token]", PRINCIPAL)) {
      try (ScriptedClient robot = dial(node, TOKEN)) {
        robot.hello(TestNode.SERVICE, "robot-7").awaitWelcome();
      }
      try (ScriptedClient other = dial(node, TOKEN)) {
        other.hello(TestNode.SERVICE, "robot-8");
        assertEnd(other, Status.Code.PERMISSION_DENIED, "bots/robot-8");
      }
      try (ScriptedClient stranger = dial(node, "")) {
        assertEnd(stranger, Status.Code.UNAUTHENTICATED, "say who you are");
      }
    }
  }

  @Test
  void aWrongTokenIsRefusedWithoutBeingRepeated() {
    String wrong = "robot-7.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    try (TestNode node = TestNode.start("edge.auth = [token]", PRINCIPAL);
        ScriptedClient thief = dial(node, wrong);
        ScriptedClient hash = dial(node, TokenHash.of(TOKEN).toString())) {
      Status end = thief.awaitEnd();
      assertThat(end.getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
      assertThat(end.toString()).doesNotContain("AAAA");
      // Whoever reads the configuration has the hash, and no token.
      assertEnd(hash, Status.Code.UNAUTHENTICATED, "not known");
    }
  }

  @Test
  void whyIsSaidToCodeAndCounted() throws Exception {
    try (TestNode node =
        TestNode.start("edge.auth = [token]", PRINCIPAL, "security.limits.max-connections = 1")) {
      ManagedChannel channel =
          NettyChannelBuilder.forAddress(node.edgeAddress()).usePlaintext().build();
      CompletableFuture<Throwable> end = new CompletableFuture<>();
      ClientStreamServiceGrpc.newStub(channel)
          .connect(
              new StreamObserver<>() {
                @Override
                public void onNext(org.streamingcommands.grpc.v1.ServerFrame frame) {}

                @Override
                public void onError(Throwable error) {
                  end.complete(error);
                }

                @Override
                public void onCompleted() {}
              });
      assertThat(
              StatusProto.fromThrowable(TestNode.await(end))
                  .getDetails(0)
                  .unpack(ErrorInfo.class)
                  .getReason())
          .isEqualTo("NOT_AUTHENTICATED");
      channel.shutdownNow();
      try (ScriptedClient robot = dial(node, TOKEN)) {
        robot.hello(TestNode.SERVICE, "robot-7").awaitWelcome();
        try (ScriptedClient second = dial(node, TOKEN)) {
          assertEnd(second, Status.Code.RESOURCE_EXHAUSTED, "robot-7");
        }
      }
      try (ScriptedClient other = dial(node, TOKEN)) {
        other.hello(TestNode.SERVICE, "robot-8").awaitEnd();
      }
      assertThat(refused(node, Refusal.NOT_AUTHENTICATED)).isEqualTo(1);
      assertThat(refused(node, Refusal.TOO_MANY_CONNECTIONS)).isPositive();
    }
  }

  @Test
  void aJwtOfEveryAlgorithmLetsItsClientIn() {
    try (TestNode node =
        jwtNode("shared.json", "security.jwt.algorithms = [HS256, RS256, ES256]")) {
      for (String token :
          List.of(TOKENS.hs256(robot()), TOKENS.rs256(robot()), TOKENS.es256(robot()))) {
        try (ScriptedClient client = dial(node, token)) {
          client.hello(TestNode.SERVICE, "robot-7");
          assertThat(client.awaitWelcome().getValidFor().getSeconds()).isPositive();
        }
      }
    }
  }

  @Test
  void aJwtIsForOneClientOfOneService() {
    try (TestNode node = jwtNode("jwks.json")) {
      try (ScriptedClient client = dial(node, TOKENS.es256(robot()))) {
        client.hello(TestNode.SERVICE, "robot-8");
        assertEnd(client, Status.Code.PERMISSION_DENIED, "robot-8");
      }
      String ofAnotherService = TOKENS.es256(TestTokens.client("drones", "robot-7", HOUR));
      try (ScriptedClient client = dial(node, ofAnotherService)) {
        client.hello(TestNode.SERVICE, "robot-7");
        assertEnd(client, Status.Code.PERMISSION_DENIED, "robot-7");
      }
    }
  }

  @Test
  void aStreamWhoseTokenExpiresIsToldAndClosed() {
    try (TestNode node = jwtNode("jwks.json", "security.jwt.clock-skew = 0 s");
        ScriptedClient client =
            dial(node, TOKENS.es256(TestTokens.client("bots", "robot-7", Duration.ofSeconds(3))))) {
      client.hello(TestNode.SERVICE, "robot-7").awaitWelcome();
      assertThat(client.awaitGoodbye().getReason()).isEqualTo(GoodbyeReason.GOODBYE_REASON_EXPIRED);
      assertThat(client.awaitEnd().isOk()).isTrue();
    }
  }

  @Test
  void aTokenIsRenewedOnTheOpenStream() {
    try (TestNode node = jwtNode("jwks.json");
        ScriptedClient client = dial(node, TOKENS.es256(robot()))) {
      client.hello(TestNode.SERVICE, "robot-7").awaitWelcome();
      client.renew(
          TOKENS.es256(TestTokens.client(TestNode.SERVICE, "robot-7", Duration.ofHours(9))));
      assertThat(client.awaitRenewed().getValidFor().getSeconds())
          .isGreaterThan(Duration.ofHours(8).toSeconds());
      node.send("robot-7", TestNode.command("c1", "on the same stream"));
      assertThat(client.awaitCommand().getCommandId()).isEqualTo("c1");
    }
  }

  @Test
  void aTokenOfSomebodyElseRenewsNothing() {
    try (TestNode node = jwtNode("jwks.json")) {
      try (ScriptedClient client = dial(node, TOKENS.es256(robot()))) {
        client.hello(TestNode.SERVICE, "robot-7").awaitWelcome();
        client.renew(TOKENS.es256(TestTokens.client(TestNode.SERVICE, "robot-8", HOUR)));
        assertEnd(client, Status.Code.PERMISSION_DENIED, "robot-7");
      }
      try (ScriptedClient client = dial(node, TOKENS.es256(robot()))) {
        client.hello(TestNode.SERVICE, "robot-7").awaitWelcome();
        client.renew("nonsense");
        assertEnd(client, Status.Code.UNAUTHENTICATED, "token_renewal");
      }
      try (ScriptedClient client = dial(node, TOKENS.es256(robot()))) {
        client.renew(TOKENS.es256(robot()));
        assertEnd(client, Status.Code.INVALID_ARGUMENT, "hello");
      }
    }
  }

  @Test
  void newKeysOfTokensAreUsedWithoutARestartAndTheOldOnesNoMore() throws Exception {
    TestTokens next = new TestTokens();
    Path jwks = directory.resolve("live-jwks.json");
    TOKENS.publicJwks(jwks);
    ChannelCredentials clear = InsecureChannelCredentials.create();
    try (TestNode node =
        jwtNode(
            "live-jwks.json",
            "security.reload-interval = 20 ms",
            "security.limits.max-failed-attempts = 0")) {
      assertThat(isLetIn(node, clear, TOKENS.es256(robot()))).isTrue();
      assertThat(isLetIn(node, clear, next.es256(robot()))).isFalse();
      next.publicJwks(jwks);
      eventually(() -> isLetIn(node, clear, next.es256(robot())));
      assertThat(isLetIn(node, clear, TOKENS.es256(robot()))).isFalse();
    }
  }

  private static long refused(TestNode node, Refusal why) {
    return node.connections().counters().refused(Refusal.Listener.EDGE, why).sum();
  }

  private static JWTClaimsSet.Builder robot() {
    return TestTokens.client(TestNode.SERVICE, "robot-7", HOUR);
  }

  private static TestNode jwtNode(String keys, String... more) {
    return TestNode.start(
        append(
            new String[] {
              "edge.auth = [jwt]", "security.jwt.jwks = \"%s\"".formatted(directory.resolve(keys))
            },
            more));
  }
}
