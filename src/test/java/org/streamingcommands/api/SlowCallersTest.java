package org.streamingcommands.api;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.streamingcommands.support.Overheard;
import org.streamingcommands.support.RawHttp2;
import org.streamingcommands.support.TestNode;

/** Callers of the api that say nothing, or not all of it. */
class SlowCallersTest {
  private static final String SEND = "/streamingcommands.v1.CommandService/SendCommandToClient";
  private static final String POST =
      """
      POST /v1/services/bots/clients/a/commands HTTP/1.1\r
      Host: localhost\r
      Content-Type: application/json\r
      Content-Length: 100\r
      \r
      {"pay""";

  private ApiNode node;

  @BeforeEach
  void start() {
    node = ApiNode.start("api.request-timeout = 300 ms", "api.first-request-timeout = 300 ms");
  }

  @AfterEach
  void stop() {
    node.close();
  }

  @Test
  void aConnectionThatSaysNothingIsClosed() throws Exception {
    try (Socket silent = dial()) {
      assertThat(silent.getInputStream().read()).isEqualTo(-1);
    }
  }

  @Test
  void oneThatNeverEndsItsFirstHeadIsClosed() throws Exception {
    try (Socket slow = dial();
        RawHttp2 withoutCalls = new RawHttp2(address())) {
      slow.getOutputStream().write("GET /v1/clients HTTP/1.1\r\nHost: loc".getBytes(US_ASCII));
      assertThat(slow.getInputStream().readAllBytes()).isNotNull();
      TestNode.await(withoutCalls.closed());
    }
  }

  @Test
  void oneThatHasAskedMayStayQuiet() throws Exception {
    try (Socket caller = dial()) {
      assertThat(ask(caller)).contains("200 OK");
      try (Socket silent = dial()) {
        // It came later and is gone for its silence.
        assertThat(silent.getInputStream().read()).isEqualTo(-1);
      }
      assertThat(ask(caller)).contains("200 OK");
    }
  }

  @Test
  void oneThatWatchesTheHealthMayStayAsLongAsItWatches() throws Exception {
    try (ApiNode asking =
            ApiNode.start("api.auth = [token]", "api.first-request-timeout = 300 ms");
        RawHttp2 watcher = new RawHttp2(new InetSocketAddress("127.0.0.1", asking.port()))) {
      watcher.open(1, "/grpc.health.v1.Health/Watch", new String[0]);
      watcher.frame(RawHttp2.DATA, 1, 1, new byte[5]);
      TestNode.await(watcher.message());
      try (RawHttp2 checks = new RawHttp2(new InetSocketAddress("127.0.0.1", asking.port()))) {
        checks.open(1, "/grpc.health.v1.Health/Check", new String[0]);
        checks.frame(RawHttp2.DATA, 1, 1, new byte[5]);
        TestNode.await(checks.message());
        // It came later, asked what everybody may, and is gone.
        TestNode.await(checks.closed());
      }
      assertThat(watcher.closed()).isNotDone();
      watcher.reset(1);
      TestNode.await(watcher.closed());
    }
  }

  @Test
  void aBodyThatDoesNotComeWholeIsATimeoutAndNoErrorOfOurs() throws Exception {
    try (Overheard log = new Overheard();
        Socket slow = dial()) {
      slow.getOutputStream().write(POST.getBytes(US_ASCII));
      String answer = new String(slow.getInputStream().readAllBytes(), US_ASCII);
      assertThat(answer)
          .startsWith("HTTP/1.1 408")
          .contains("\"code\":408", "\"status\":\"DEADLINE_EXCEEDED\"", "did not come whole");
      assertThat(log.lines()).noneMatch(SlowCallersTest::isError);
    }
  }

  @Test
  void aBodyThatBreaksOffIsNoErrorOfOurs() throws Exception {
    try (Overheard log = new Overheard()) {
      try (Socket broken = dial()) {
        broken.getOutputStream().write(POST.getBytes(US_ASCII));
        broken.shutdownOutput();
        broken.getInputStream().readAllBytes();
      }
      assertThat(log.lines()).noneMatch(SlowCallersTest::isError);
    }
  }

  @Test
  void aMessageThatDoesNotComeWholeIsATimeoutAndOneThatIsResetNoErrorOfOurs() throws Exception {
    try (Overheard log = new Overheard();
        RawHttp2 caller = new RawHttp2(address())) {
      for (int stream : new int[] {1, 3}) {
        caller.open(stream, SEND, new String[0]);
        caller.frame(RawHttp2.DATA, 0, stream, new byte[] {0, 0, 0, 0, 9, 1});
      }
      caller.reset(1);
      assertThat(TestNode.await(caller.status())).isEqualTo("4");
      assertThat(log.lines()).noneMatch(SlowCallersTest::isError);
    }
  }

  @Test
  void whatMakesNoSenseIsNoLineOfOurLog() throws Exception {
    try (Overheard log = new Overheard();
        Socket stranger = dial()) {
      stranger.getOutputStream().write("GET /%zz HTTP/1.1\r\n\r\n".getBytes(US_ASCII));
      assertThat(new String(stranger.getInputStream().readAllBytes(), US_ASCII)).contains("400");
      assertThat(log.lines()).noneMatch(line -> line.contains("Illegal request"));
    }
  }

  private static boolean isError(String line) {
    return line.contains("\"level\":\"ERROR\"");
  }

  private static String ask(Socket caller) throws IOException {
    caller
        .getOutputStream()
        .write("GET /v1/services HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(US_ASCII));
    byte[] head = new byte[4096];
    return new String(head, 0, caller.getInputStream().read(head), US_ASCII);
  }

  private InetSocketAddress address() {
    return new InetSocketAddress("127.0.0.1", node.port());
  }

  private Socket dial() throws IOException {
    Socket socket = new Socket();
    socket.connect(address());
    socket.setSoTimeout((int) TestNode.PATIENCE.toMillis());
    return socket;
  }
}
