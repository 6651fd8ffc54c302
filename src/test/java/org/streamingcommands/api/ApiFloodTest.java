package org.streamingcommands.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.streamingcommands.support.RawHttp2;
import org.streamingcommands.support.TestNode;

/**
 * Who floods a connection to the api is told that it is for that, with TLS and without. By frames
 * that have no answer: Pekko HTTP gives a goodbye up that does not get past answers in 100 ms.
 */
class ApiFloodTest {
  private static final String ENHANCE_YOUR_CALM = "11 ";
  private static final int MOST = 1_000_000;

  /** Says something useless, for the so-manieth time. */
  private interface Nuisance {
    void commit(RawHttp2 connection, int number) throws IOException;
  }

  private static final Nuisance RESETS =
      (connection, number) -> {
        if (number == 0) {
          connection.open(1);
        }
        connection.reset(1);
      };

  private static final Nuisance CONTINUATIONS =
      (connection, number) -> {
        if (number == 0) {
          connection.frame(RawHttp2.HEADERS, 0, 1, new byte[0]);
        }
        connection.frame(RawHttp2.CONTINUATION, 0, 1, new byte[0]);
      };

  @Test
  void inTheClear() throws Exception {
    try (ApiNode node = ApiNode.start()) {
      assertTold(new Socket("127.0.0.1", node.port()), RESETS);
      assertTold(new Socket("127.0.0.1", node.port()), CONTINUATIONS);
    }
  }

  @Test
  void afterAnUpgrade() throws Exception {
    try (ApiNode node = ApiNode.start()) {
      Socket socket = new Socket("127.0.0.1", node.port());
      String upgrade =
          "GET /v1/services HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade, HTTP2-Settings\r\n"
              + "Upgrade: h2c\r\nHTTP2-Settings: \r\n\r\n";
      socket.getOutputStream().write(upgrade.getBytes(StandardCharsets.US_ASCII));
      String answer = new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII);
      assertThat(answer).isEqualTo("HTTP/1.1 101");
      skipHead(socket);
      // Stream 1 is the request that was upgraded.
      assertTold(socket, (connection, number) -> connection.reset(1));
    }
  }

  @Test
  void overTls(@TempDir Path directory) throws Exception {
    try (SecuredApi api = SecuredApi.start(directory)) {
      assertTold(tls(api), RESETS);
      assertTold(tls(api), CONTINUATIONS);
    }
  }

  private static void assertTold(Socket socket, Nuisance nuisance) throws Exception {
    try (RawHttp2 attacker = new RawHttp2(socket)) {
      try {
        for (int i = 0; i < MOST && !attacker.closed().isDone(); i++) {
          nuisance.commit(attacker, i);
        }
      } catch (IOException e) {
        // It hung up while we wrote.
      }
      assertThat(TestNode.await(attacker.goAway())).isEqualTo(ENHANCE_YOUR_CALM);
    }
  }

  private static void skipHead(Socket socket) throws IOException {
    int last = 0;
    while ((last & 0xFFFFFFFFL) != 0x0D0A0D0AL) {
      last = last << 8 | socket.getInputStream().read();
    }
  }

  private static Socket tls(SecuredApi api) throws Exception {
    SSLContext context = SSLContext.getInstance("TLS");
    var trust = io.grpc.util.AdvancedTlsX509TrustManager.newBuilder().build();
    trust.updateTrustCredentials(api.authority().file().toFile());
    context.init(null, new TrustManager[] {trust}, null);
    SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket();
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setApplicationProtocols(new String[] {"h2"});
    socket.setSSLParameters(parameters);
    socket.connect(new InetSocketAddress("localhost", api.port()));
    socket.startHandshake();
    return socket;
  }
}
