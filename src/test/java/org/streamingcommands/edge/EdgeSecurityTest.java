package org.streamingcommands.edge;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.rpc.ErrorInfo;
import com.nimbusds.jwt.JWTClaimsSet;
import io.grpc.ChannelCredentials;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.streamingcommands.connection.Refusal;
import org.streamingcommands.grpc.v1.ClientStreamServiceGrpc;
import org.streamingcommands.grpc.v1.GoodbyeReason;
import org.streamingcommands.grpc.v1.Hello;
import org.streamingcommands.security.ListenerSecurity;
import org.streamingcommands.security.TokenHash;
import org.streamingcommands.support.Heard;
import org.streamingcommands.support.TestAuthority;
import org.streamingcommands.support.TestNode;
import org.streamingcommands.support.TestTokens;
import org.streamingcommands.testkit.ScriptedClient;

/** Who gets in at the edge, and what an attacker tries. */
class EdgeSecurityTest {
  private static final Duration HOUR = Duration.ofHours(1);
  private static final String TOKEN = TokenHash.newToken("robot-7");
  private static final String PRINCIPAL =
      "security.principals.robot-7 { token = \"%s\", clients = [\"bots/robot-7\"] }"
          .formatted(TokenHash.of(TOKEN));

  @TempDir static Path directory;
  private static TestAuthority authority;
  private static TestAuthority foreign;
  private static TestAuthority.Identity server;
  private static final TestTokens TOKENS = new TestTokens();

  @BeforeAll
  static void makeCertificates() {
    authority = new TestAuthority(directory, "acme");
    foreign = new TestAuthority(directory, "mallory");
    server = authority.server("server");
    TOKENS.publicJwks(directory.resolve("jwks.json"));
    TOKENS.jwks(directory.resolve("shared.json"));
  }

  // ---- binding ------------------------------------------------------------------------------

  @Test
  void anAddressThatOthersReachNeedsTlsAndAuthentication() {
    assertThatThrownBy(() -> security("0.0.0.0"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll(
            "0.0.0.0",
            "streaming-commands.edge.tls.certificate",
            "streaming-commands.edge.auth",
            "streaming-commands.security.insecure = on");
  }

  @Test
  void tlsAloneIsNotEnoughAndNorIsAuthentication() {
    assertThatThrownBy(() -> security("0.0.0.0", TestAuthority.listener("edge", server, null)))
        .hasMessageContaining("streaming-commands.edge.auth")
        .hasMessageNotContaining("tls.certificate");
    assertThatThrownBy(() -> security("::", "edge.auth = [token]"))
        .hasMessageContaining("tls.certificate")
        .hasMessageNotContaining("edge.auth to");
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "::1", "localhost", "127.0.0.5"})
  void loopbackNeedsNothing(String host) {
    try (ListenerSecurity security = security(host)) {
      assertThat(security.isOpen()).isTrue();
    }
  }

  @Test
  void insecureHasToBeWrittenOut() {
    try (ListenerSecurity security = security("0.0.0.0", "security.insecure = on")) {
      assertThat(security.isOpen()).isTrue();
    }
  }

  // ---- static tokens ------------------------------------------------------------------------

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
  void aPrincipalHasOnlySoManyConnections() {
    try (TestNode node =
        TestNode.start("edge.auth = [token]", PRINCIPAL, "security.limits.max-connections = 1")) {
      ScriptedClient first = dial(node, TOKEN);
      first.hello(TestNode.SERVICE, "robot-7").awaitWelcome();
      try (ScriptedClient second = dial(node, TOKEN)) {
        assertEnd(second, Status.Code.RESOURCE_EXHAUSTED, "robot-7");
      }
      first.leave();
      assertThat(first.awaitEnd().isOk()).isTrue();
      try (ScriptedClient third = dial(node, TOKEN)) {
        third.hello(TestNode.SERVICE, "robot-7").awaitWelcome();
      }
    }
  }

  @Test
  void aPrincipalsFramesAreOnlySoLarge() {
    try (TestNode node =
        TestNode.start(
            "edge.auth = [token]",
            PRINCIPAL,
            "security.principals.robot-7.max-message-size = 300 B")) {
      try (ScriptedClient robot = dial(node, TOKEN)) {
        robot.hello(TestNode.SERVICE, "robot-7").awaitWelcome();
        Heard heard = node.send("robot-7", TestNode.command("c1", "x"));
        robot.complete(robot.awaitCommand().getCommandId(), "small");
        assertThat(heard.awaitOutcome().isCompleted()).isTrue();
        robot.complete("c2", "x".repeat(400));
        assertEnd(robot, Status.Code.RESOURCE_EXHAUSTED, "max-message-size of robot-7 is 300");
      }
      try (ScriptedClient wordy = dial(node, TOKEN)) {
        wordy.hello(
            Hello.newBuilder()
                .setService(TestNode.SERVICE)
                .setClientId("robot-7")
                .putLabels("zone", "x".repeat(60))
                .putLabels("rack", "x".repeat(60))
                .putLabels("site", "x".repeat(60))
                .putLabels("room", "x".repeat(60))
                .putLabels("shelf", "x".repeat(60)));
        assertEnd(wordy, Status.Code.RESOURCE_EXHAUSTED, "max-message-size of robot-7");
      }
    }
  }

  @Test
  void aPrincipalMayHaveLessTimeForItsHello() {
    try (TestNode node =
        TestNode.start(
            "edge.auth = [token]",
            PRINCIPAL,
            "connection.hello-timeout = 10 m",
            "security.principals.robot-7.hello-timeout = 20 ms")) {
      try (ScriptedClient silent = dial(node, TOKEN)) {
        assertEnd(silent, Status.Code.DEADLINE_EXCEEDED, "hello: did not come within PT0.02S");
      }
    }
  }

  @Test
  void whoFailsTooOftenIsNotEvenLookedAt() {
    try (TestNode node =
        TestNode.start(
            "edge.auth = [token]", PRINCIPAL, "security.limits.max-failed-attempts = 1")) {
      boolean told = false;
      for (int i = 0; i < 100 && !told; i++) {
        try (ScriptedClient thief = dial(node, "robot-7.wrong")) {
          told = String.valueOf(thief.awaitEnd().getDescription()).contains("too many");
        }
      }
      assertThat(told).isTrue();
    }
  }

  @Test
  void strangersBehindTheSameAddressDoNotKeepAnOpenStreamFromRenewingItsToken() {
    try (TestNode node =
            TestNode.start(
                "edge.auth = [token]", PRINCIPAL, "security.limits.max-failed-attempts = 1");
        ScriptedClient robot = dial(node, TOKEN)) {
      robot.hello(TestNode.SERVICE, "robot-7").awaitWelcome();
      for (int i = 0; i < 3; i++) {
        boolean told = false;
        while (!told) {
          try (ScriptedClient thief = dial(node, "robot-7.wrong")) {
            told = String.valueOf(thief.awaitEnd().getDescription()).contains("too many");
          }
        }
        robot.renew(TOKEN);
        robot.awaitRenewed();
      }
      assertThat(robot.hasEnded()).isFalse();
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

  private static long refused(TestNode node, Refusal why) {
    return node.connections().counters().refused(Refusal.Listener.EDGE, why).sum();
  }

  // ---- JWT ----------------------------------------------------------------------------------

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

  // ---- the open stream ----------------------------------------------------------------------

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

  // ---- certificates -------------------------------------------------------------------------

  @Test
  void aCertificateLetsTheClientInThatItNames() {
    try (TestNode node = mtlsNode()) {
      var robot = authority.client("robot-7", "CN=bots/robot-7");
      try (ScriptedClient client = dial(node, authority.channel(robot))) {
        client.hello(TestNode.SERVICE, "robot-7").awaitWelcome();
      }
      try (ScriptedClient client = dial(node, authority.channel(robot))) {
        client.hello(TestNode.SERVICE, "robot-8");
        assertEnd(client, Status.Code.PERMISSION_DENIED, "robot-8");
      }
    }
  }

  @Test
  void twoNamesInOneCertificateAreNone() {
    try (TestNode node = mtlsNode()) {
      var both = authority.client("both", "CN=bots/robot-7,CN=bots/robot-8");
      try (ScriptedClient client = dial(node, authority.channel(both))) {
        client.hello(TestNode.SERVICE, "robot-7");
        assertEnd(client, Status.Code.PERMISSION_DENIED, "robot-7");
      }
    }
  }

  @Test
  void aServiceMayHaveARuleOfItsOwn() {
    try (TestNode node =
        mtlsNode("services.bots.certificate-name = \"URI:spiffe://acme/robots/{client}\"")) {
      var robot = authority.clientWithUri("spiffe", "spiffe://acme/robots/robot-7");
      try (ScriptedClient client = dial(node, authority.channel(robot))) {
        client.hello(TestNode.SERVICE, "robot-7").awaitWelcome();
      }
      var byTheGeneralRule = authority.client("general", "CN=bots/robot-7");
      try (ScriptedClient client = dial(node, authority.channel(byTheGeneralRule))) {
        client.hello(TestNode.SERVICE, "robot-7");
        assertEnd(client, Status.Code.PERMISSION_DENIED, "robot-7");
      }
    }
  }

  @Test
  void aCertificateOfAnotherAuthorityOrNoneOrPlaintextEndsInTheHandshake() {
    try (TestNode node = mtlsNode()) {
      var forged = foreign.client("forged", "CN=bots/robot-7");
      ChannelCredentials withForged =
          org.streamingcommands.credentials.Tls.trusting(authority.file())
              .withIdentity(forged.chain(), forged.key())
              .channelCredentials();
      for (ChannelCredentials transport :
          List.of(withForged, authority.trustingChannel(), InsecureChannelCredentials.create())) {
        try (ScriptedClient client = dial(node, transport)) {
          client.hello(TestNode.SERVICE, "robot-7");
          assertThat(client.awaitEnd().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
        }
      }
    }
  }

  @Test
  void aServiceMayInsistOnOneOfTheWays() {
    List<String> keys = new ArrayList<>();
    keys.addAll(List.of(TestAuthority.listener("edge", server, authority.file())));
    keys.addAll(List.of("edge.auth = [certificate, token]", PRINCIPAL));
    keys.add("services.bots.auth = [certificate]");
    try (TestNode node = TestNode.start(keys.toArray(String[]::new))) {
      try (ScriptedClient client =
          ScriptedClient.dial(node.edgeAddress(), authority.trustingChannel(), TOKEN)) {
        client.hello(TestNode.SERVICE, "robot-7");
        assertEnd(client, Status.Code.PERMISSION_DENIED, "robot-7");
      }
      var robot = authority.client("insist", "CN=bots/robot-7");
      try (ScriptedClient client = dial(node, authority.channel(robot))) {
        client.hello(TestNode.SERVICE, "robot-7").awaitWelcome();
      }
    }
  }

  @Test
  void aNewCertificateIsUsedWithoutARestartAndABrokenOneIsNot() throws Exception {
    Path chain = directory.resolve("live.pem");
    Path key = directory.resolve("live.key");
    var first = authority.server("first");
    var second = authority.rsaServer("second");
    copy(first, chain, key);
    try (TestNode node =
        TestNode.start(
            append(
                TestAuthority.listener(
                    "edge", new TestAuthority.Identity(chain, key), authority.file()),
                "edge.auth = [certificate]",
                "security.reload-interval = 20 ms"))) {
      assertThat(shownBy(node)).isEqualTo(read(first.chain()));
      // Half of it: the key does not fit, so nothing changes.
      Files.copy(second.chain(), chain, StandardCopyOption.REPLACE_EXISTING);
      assertThat(shownBy(node)).isEqualTo(read(first.chain()));
      Files.copy(second.key(), key, StandardCopyOption.REPLACE_EXISTING);
      long until = System.nanoTime() + TestNode.PATIENCE.toNanos();
      while (!shownBy(node).equals(read(second.chain()))) {
        assertThat(System.nanoTime()).as("the new certificate never came").isLessThan(until);
      }
    }
  }

  @Test
  void newAuthoritiesAreTrustedWithoutARestartAndTheOldOnesNoMore() throws Exception {
    Path trusted = directory.resolve("live-ca.pem");
    Files.copy(authority.file(), trusted, StandardCopyOption.REPLACE_EXISTING);
    var ours = authority.client("swap-ours", "CN=bots/robot-7");
    var theirs = foreign.client("swap-theirs", "CN=bots/robot-7");
    ChannelCredentials withTheirs =
        org.streamingcommands.credentials.Tls.trusting(authority.file())
            .withIdentity(theirs.chain(), theirs.key())
            .channelCredentials();
    try (TestNode node =
        TestNode.start(
            append(
                TestAuthority.listener("edge", server, trusted),
                "edge.auth = [certificate]",
                "security.reload-interval = 20 ms"))) {
      assertThat(isLetIn(node, authority.channel(ours), "")).isTrue();
      assertThat(isLetIn(node, withTheirs, "")).isFalse();
      Files.copy(foreign.file(), trusted, StandardCopyOption.REPLACE_EXISTING);
      eventually(() -> isLetIn(node, withTheirs, ""));
      assertThat(isLetIn(node, authority.channel(ours), "")).isFalse();
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

  private static boolean isLetIn(TestNode node, ChannelCredentials transport, String token) {
    try (ScriptedClient client = ScriptedClient.dial(node.edgeAddress(), transport, token)) {
      client.hello(TestNode.SERVICE, "robot-7");
      client.leave();
      return client.awaitEnd().isOk();
    }
  }

  private static void eventually(BooleanSupplier check) {
    long until = System.nanoTime() + TestNode.PATIENCE.toNanos();
    while (!check.getAsBoolean()) {
      assertThat(System.nanoTime()).as("what is in the new file never came").isLessThan(until);
    }
  }

  @Test
  void keysThatNeverComeDoNotKeepCertificatesFromBeingRenewed() throws Exception {
    Path chain = directory.resolve("beside.pem");
    Path key = directory.resolve("beside.key");
    var first = authority.server("beside-first");
    var second = authority.server("beside-second");
    copy(first, chain, key);
    try (HangingServer keys = new HangingServer();
        TestNode node =
            TestNode.start(
                append(
                    TestAuthority.listener(
                        "edge", new TestAuthority.Identity(chain, key), authority.file()),
                    "edge.auth = [certificate, jwt]",
                    "security.jwt.jwks = \"http://127.0.0.1:%d/jwks\"".formatted(keys.port()),
                    "security.reload-interval = 20 ms"))) {
      keys.awaitCaller();
      assertThat(shownBy(node)).isEqualTo(read(first.chain()));
      copy(second, chain, key);
      long until = System.nanoTime() + TestNode.PATIENCE.toNanos();
      while (!shownBy(node).equals(read(second.chain()))) {
        assertThat(System.nanoTime()).as("the new certificate never came").isLessThan(until);
      }
    }
  }

  /** Answers every caller with the head of an answer, and never with the rest. */
  private static final class HangingServer implements AutoCloseable {
    private final ServerSocket socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final List<Socket> callers = new CopyOnWriteArrayList<>();
    private final CompletableFuture<Void> called = new CompletableFuture<>();

    HangingServer() throws IOException {
      Thread thread = new Thread(this::serve, "hanging-server");
      thread.setDaemon(true);
      thread.start();
    }

    private void serve() {
      try {
        while (true) {
          Socket caller = socket.accept();
          callers.add(caller);
          caller
              .getOutputStream()
              .write("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{".getBytes(US_ASCII));
          called.complete(null);
        }
      } catch (IOException e) {
        // Closed.
      }
    }

    int port() {
      return socket.getLocalPort();
    }

    void awaitCaller() {
      TestNode.await(called);
    }

    @Override
    public void close() throws IOException {
      socket.close();
      for (Socket caller : callers) {
        caller.close();
      }
    }
  }

  // ---- helpers ------------------------------------------------------------------------------

  private static X509Certificate read(Path chain) {
    return org.streamingcommands.credentials.PemFiles.certificates(chain)[0];
  }

  private static void copy(TestAuthority.Identity from, Path chain, Path key) throws IOException {
    Files.copy(from.chain(), chain, StandardCopyOption.REPLACE_EXISTING);
    Files.copy(from.key(), key, StandardCopyOption.REPLACE_EXISTING);
  }

  private static X509Certificate shownBy(TestNode node) throws Exception {
    return TestAuthority.shownBy(node.edgeAddress().getPort());
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

  private static TestNode mtlsNode(String... more) {
    return TestNode.start(
        append(
            append(
                TestAuthority.listener("edge", server, authority.file()),
                "edge.auth = [certificate]"),
            more));
  }

  private static String[] append(String[] keys, String... more) {
    String[] all = Arrays.copyOf(keys, keys.length + more.length);
    System.arraycopy(more, 0, all, keys.length, more.length);
    return all;
  }

  private static ScriptedClient dial(TestNode node, String token) {
    return ScriptedClient.dial(node.edgeAddress(), InsecureChannelCredentials.create(), token);
  }

  private static ScriptedClient dial(TestNode node, ChannelCredentials transport) {
    return ScriptedClient.dial(node.edgeAddress(), transport, "");
  }

  private static ListenerSecurity security(String host, String... keys) {
    return ListenerSecurity.of(TestNode.config(keys).getConfig("streaming-commands"), "edge", host);
  }

  private static void assertEnd(ScriptedClient client, Status.Code code, String said) {
    Status end = client.awaitEnd();
    assertThat(end.getCode()).as(end.toString()).isEqualTo(code);
    assertThat(end.getDescription()).contains(said);
  }
}
