package org.streamingcommands.edge;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.streamingcommands.edge.Robot7.PRINCIPAL;
import static org.streamingcommands.edge.Robot7.TOKEN;
import static org.streamingcommands.edge.Robot7.append;
import static org.streamingcommands.edge.Robot7.assertEnd;
import static org.streamingcommands.edge.Robot7.dial;
import static org.streamingcommands.edge.Robot7.eventually;
import static org.streamingcommands.edge.Robot7.isLetIn;

import io.grpc.ChannelCredentials;
import io.grpc.InsecureChannelCredentials;
import io.grpc.Status;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.streamingcommands.security.ListenerSecurity;
import org.streamingcommands.support.TestAuthority;
import org.streamingcommands.support.TestNode;
import org.streamingcommands.testkit.ScriptedClient;

/** Where the edge needs TLS, and whom a certificate lets in. */
class EdgeTlsTest {
  @TempDir static Path directory;
  private static TestAuthority authority;
  private static TestAuthority foreign;
  private static TestAuthority.Identity server;

  @BeforeAll
  static void makeCertificates() {
    authority = new TestAuthority(directory, "acme");
    foreign = new TestAuthority(directory, "mallory");
    server = authority.server("server");
  }

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

  private static TestNode mtlsNode(String... more) {
    return TestNode.start(
        append(
            append(
                TestAuthority.listener("edge", server, authority.file()),
                "edge.auth = [certificate]"),
            more));
  }

  private static ListenerSecurity security(String host, String... keys) {
    return ListenerSecurity.of(TestNode.config(keys).getConfig("streaming-commands"), "edge", host);
  }
}
