package org.streamingcommands.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A link carries bytes as they are, and each fault does what its name says. */
class FaultyLinkTest {
  private EchoServer server;
  private FaultyLink link;

  @BeforeEach
  void open() throws IOException {
    server = new EchoServer();
    link = FaultyLink.to(server.address());
  }

  @AfterEach
  void close() throws IOException {
    link.close();
    server.close();
  }

  @Test
  void carriesBytesAsTheyAre() throws Exception {
    byte[] sent = bytes(1 << 20);
    try (Socket socket = dial()) {
      Thread writer = new Thread(() -> write(socket, sent));
      writer.start();
      assertThat(socket.getInputStream().readNBytes(sent.length)).isEqualTo(sent);
      writer.join();
    }
    assertThat(server.awaitEnd()).isEqualTo("end");
  }

  @Test
  void carriesAnOrderlyEndBehindTheBytes() throws Exception {
    try (Socket socket = dial()) {
      link.delay(Duration.ofMillis(50));
      write(socket, bytes(100_000));
      socket.shutdownOutput();
      assertThat(socket.getInputStream().readAllBytes()).isEqualTo(bytes(100_000));
    }
  }

  @Test
  void aCutIsAResetToBothSides() throws Exception {
    try (Socket socket = dial()) {
      echo(socket);
      link.cut();
      assertThatThrownBy(() -> socket.getInputStream().read()).isInstanceOf(SocketException.class);
      assertThat(server.awaitEnd()).contains("reset");
      assertThat(link.connections()).isZero();
    }
    try (Socket socket = dial()) {
      echo(socket);
    }
  }

  @Test
  void aGracefulCutIsAnOrderlyEndToBothSides() throws Exception {
    try (Socket socket = dial()) {
      echo(socket);
      link.cutGracefully();
      assertThat(socket.getInputStream().read()).isEqualTo(-1);
      assertThat(server.awaitEnd()).isEqualTo("end");
    }
  }

  @Test
  void aHalfOpenLinkCarriesNothingUntilItIsHealed() throws Exception {
    try (Socket socket = dial()) {
      echo(socket);
      link.halfOpen();
      socket.getOutputStream().write(7);
      socket.setSoTimeout(200);
      assertThatThrownBy(() -> socket.getInputStream().read())
          .isInstanceOf(SocketTimeoutException.class);
      assertThat(server.sawAnEnd()).isFalse();
      assertThat(link.connections()).isOne();
      link.heal();
      socket.setSoTimeout(30_000);
      assertThat(socket.getInputStream().read()).isEqualTo(7);
    }
  }

  @Test
  void oneDirectionMayBeHalfOpenAlone() throws Exception {
    try (Socket socket = dial()) {
      echo(socket);
      link.halfOpen(Direction.TO_CLIENT);
      socket.getOutputStream().write(7);
      socket.shutdownOutput();
      assertThat(server.awaitEnd()).isEqualTo("end");
      link.heal();
      assertThat(socket.getInputStream().read()).isEqualTo(7);
    }
  }

  @Test
  void aDelayHoldsBytesBack() throws Exception {
    try (Socket socket = dial()) {
      echo(socket);
      link.delay(Duration.ofMillis(100), Duration.ofMillis(20));
      long before = System.nanoTime();
      echo(socket);
      assertThat(System.nanoTime() - before)
          .isGreaterThanOrEqualTo(Duration.ofMillis(200).toNanos());
    }
  }

  @Test
  void aThrottleHoldsTheRate() throws Exception {
    try (Socket socket = dial()) {
      echo(socket);
      link.throttle(Direction.TO_SERVER, 100_000);
      long before = System.nanoTime();
      Thread writer = new Thread(() -> write(socket, bytes(30_000)));
      writer.start();
      assertThat(socket.getInputStream().readNBytes(30_000)).isEqualTo(bytes(30_000));
      writer.join();
      // 5,000 of them may have been saved up.
      assertThat(System.nanoTime() - before).isGreaterThan(TimeUnit.MILLISECONDS.toNanos(240));
    }
  }

  @Test
  void refusedConnectionsAreReset() throws Exception {
    try (Socket stands = dial()) {
      echo(stands);
      link.refuse();
      assertThatThrownBy(
              () -> {
                try (Socket socket = dial()) {
                  socket.getInputStream().read();
                }
              })
          .isInstanceOf(SocketException.class);
      echo(stands);
      link.heal();
      try (Socket socket = dial()) {
        echo(socket);
      }
    }
  }

  @Test
  void aServerThatIsNotThereIsAResetToTheClient() throws Exception {
    server.close();
    assertThatThrownBy(
            () -> {
              try (Socket socket = dial()) {
                socket.getInputStream().read();
              }
            })
        .isInstanceOf(SocketException.class);
  }

  private Socket dial() throws IOException {
    Socket socket = new Socket(link.address().getAddress(), link.address().getPort());
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(30_000);
    return socket;
  }

  private static void echo(Socket socket) throws IOException {
    socket.getOutputStream().write(1);
    assertThat(socket.getInputStream().read()).isEqualTo(1);
  }

  private static void write(Socket socket, byte[] bytes) {
    try {
      socket.getOutputStream().write(bytes);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static byte[] bytes(int count) {
    byte[] bytes = new byte[count];
    new Random(1).nextBytes(bytes);
    return bytes;
  }
}
