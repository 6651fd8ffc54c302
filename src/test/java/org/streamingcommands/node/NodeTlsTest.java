package org.streamingcommands.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.cluster.typed.Cluster;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.streamingcommands.connection.ServiceObserver;
import org.streamingcommands.credentials.PemFiles;
import org.streamingcommands.support.Heard;
import org.streamingcommands.support.TestAuthority;
import org.streamingcommands.support.TestNode;
import org.streamingcommands.testkit.ScriptedClient;

/** conf/cluster-tls.conf: nodes with certificates of one authority, and somebody without. */
class NodeTlsTest {
  @TempDir static Path directory;
  private static TestAuthority authority;

  @BeforeAll
  static void makeAuthority() {
    authority = new TestAuthority(directory, "nodes");
  }

  @Test
  void nodesSpeakTlsToOneAnother() throws Exception {
    try (TestNode first = TestNode.start(ServiceObserver.NONE, config(authority.rsaServer("n1")));
        TestNode second = first.join(config(authority.rsaServer("n2")));
        ScriptedClient client = second.connect("robot-7")) {
      Heard heard = first.send("robot-7", TestNode.command("c1", "over TLS"));
      assertThat(client.awaitCommand().getCommandId()).isEqualTo("c1");
      client.complete("c1", "done");
      assertThat(heard.awaitOutcome().isCompleted()).isTrue();
    }
  }

  @Test
  void soDoTheirTrunks() throws Exception {
    TestAuthority foreign = new TestAuthority(directory, "eve");
    try (TestNode first = TestNode.start(ServiceObserver.NONE, trunks(authority.rsaServer("n4")));
        TestNode second = first.join(trunks(authority.rsaServer("n5")));
        ScriptedClient client = second.connect("robot-8")) {
      TestProbe<Object> probe = TestProbe.create(first.system());
      for (TestNode[] pair : new TestNode[][] {{first, second}, {second, first}}) {
        String to = pair[1].connections().node();
        probe.awaitAssert(
            TestNode.PATIENCE,
            () -> assertThat(pair[0].trunks().to(to)).as("a trunk to " + to).isNotNull());
      }
      for (int i = 0; i < 5; i++) {
        Heard heard = first.send("robot-8", TestNode.command("c" + i, "over TLS"));
        assertThat(client.awaitCommand().getCommandId()).isEqualTo("c" + i);
        client.complete("c" + i, "done");
        assertThat(heard.awaitOutcome().isCompleted()).isTrue();
      }
      int port = first.trunks().address().getPort();
      for (KeyManager[] shown :
          new KeyManager[][] {null, keyManagers(foreign.rsaServer("forged-2"))}) {
        assertThatThrownBy(() -> knock(port, shown)).isInstanceOf(IOException.class);
      }
      // In the clear.
      try (Socket socket = new Socket("127.0.0.1", port)) {
        socket.setSoTimeout((int) TestNode.PATIENCE.toMillis());
        socket.getOutputStream().write(new byte[24]);
        byte[] said = socket.getInputStream().readAllBytes();
        // An alert of TLS, and the end.
        assertThat(said.length).isLessThan(10);
      }
    }
  }

  private static Config trunks(TestAuthority.Identity node) {
    return ConfigFactory.parseString("streaming-commands.trunk.enabled = on")
        .withFallback(config(node));
  }

  @Test
  void nobodyElseIsANode() throws Exception {
    TestAuthority foreign = new TestAuthority(directory, "mallory");
    try (TestNode node = TestNode.start(ServiceObserver.NONE, config(authority.rsaServer("n3")))) {
      int port = Cluster.get(node.system()).selfMember().address().getPort().orElseThrow();
      KeyManager[] forged = keyManagers(foreign.rsaServer("forged"));
      for (KeyManager[] shown : new KeyManager[][] {null, forged}) {
        assertThatThrownBy(() -> knock(port, shown)).isInstanceOf(IOException.class);
      }
    }
  }

  /** Shakes hands with a port between nodes and waits for its verdict. */
  private static void knock(int port, KeyManager[] shown) throws Exception {
    SSLContext context = SSLContext.getInstance("TLSv1.3");
    context.init(shown, trusting(authority.file()), null);
    try (SSLSocket socket =
        (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", port)) {
      socket.setSoTimeout((int) TestNode.PATIENCE.toMillis());
      socket.startHandshake();
      if (socket.getInputStream().read() < 0) {
        throw new IOException("it hung up");
      }
    }
  }

  private static TrustManager[] trusting(Path file) throws Exception {
    var trust = io.grpc.util.AdvancedTlsX509TrustManager.newBuilder().build();
    trust.updateTrustCredentials(new X509Certificate[] {PemFiles.certificates(file)[0]});
    return new TrustManager[] {trust};
  }

  private static KeyManager[] keyManagers(TestAuthority.Identity identity) throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setKeyEntry(
        "own",
        PemFiles.key(identity.key()),
        new char[0],
        (Certificate[]) PemFiles.certificates(identity.chain()));
    KeyManagerFactory factory =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    factory.init(store, new char[0]);
    return factory.getKeyManagers();
  }

  private static Config config(TestAuthority.Identity node) {
    return ConfigFactory.parseString(
            """
            pekko.remote.artery.ssl.rotating-keys-engine {
              cert-file = "%s"
              key-file = "%s"
              ca-cert-file = "%s"
            }
            """
                .formatted(node.chain(), node.key(), authority.file()))
        .withFallback(ConfigFactory.parseFile(Path.of("conf/cluster-tls.conf").toFile()))
        .withFallback(TestNode.config())
        .resolve();
  }
}
