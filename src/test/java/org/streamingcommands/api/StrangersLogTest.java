package org.streamingcommands.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.streamingcommands.support.Overheard;
import org.streamingcommands.support.RawHttp2;
import org.streamingcommands.support.TestNode;

/** What strangers do to their own connections is no error of ours, and fills no log. */
class StrangersLogTest {
  private static ApiNode node;

  @BeforeAll
  static void start() {
    node = ApiNode.start();
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  @Test
  void aConnectionThatIsCutWithinAFrame() throws Exception {
    try (Overheard log = new Overheard();
        RawHttp2 broken = new RawHttp2(address())) {
      broken.awaitRead();
      broken.cutOffWithin(RawHttp2.DATA, 1, 1000);
      TestNode.await(broken.closed());
      // Of the stage, with its stack trace, and of the connection.
      awaitLines(log, 2, "truncated data");
      assertNoError(log);
    }
  }

  @Test
  void aResetWithACodeThatHttp2DoesNotKnow() throws Exception {
    try (Overheard log = new Overheard();
        RawHttp2 rude = new RawHttp2(address())) {
      rude.open(1);
      rude.frame(RawHttp2.RST_STREAM, 0, 1, new byte[] {-1, 2, 3, 4});
      TestNode.await(rude.closed());
      awaitLines(log, 1, "out of bounds");
      assertNoError(log);
    }
  }

  @Test
  void pingsWithoutEnd() throws Exception {
    try (Overheard log = new Overheard();
        RawHttp2 attacker = new RawHttp2(address())) {
      try {
        while (!attacker.closed().isDone()) {
          attacker.frame(RawHttp2.PING, 0, 0, new byte[8]);
        }
      } catch (IOException e) {
        // It hung up while we wrote.
      }
      awaitLines(log, 1, "throttle throughput exceeded");
      assertNoError(log);
    }
  }

  @Test
  void whatIsNoStrangersDoingIsAnErrorAsBefore() {
    try (Overheard log = new Overheard()) {
      node.node.system().classicSystem().log().error("HTTP2 connection failed with error [a bug].");
      awaitLines(log, 1, "[a bug]");
      assertThat(log.lines()).anyMatch(line -> line.contains("[a bug]") && isAt("ERROR", line));
    }
  }

  /** What is logged comes a little later than what it tells of. */
  private static void awaitLines(Overheard log, int count, String part) {
    long until = System.nanoTime() + TestNode.PATIENCE.toNanos();
    while (log.lines().stream().filter(line -> line.contains(part)).count() < count) {
      assertThat(System.nanoTime()).as("a line with: " + part).isLessThan(until);
      Thread.onSpinWait();
    }
  }

  private static void assertNoError(Overheard log) {
    assertThat(
            log.lines().stream().filter(line -> isAt("ERROR", line) || isAt("WARN", line)).toList())
        .isEmpty();
  }

  private static boolean isAt(String level, String line) {
    return line.contains("\"level\":\"%s\"".formatted(level));
  }

  private static InetSocketAddress address() {
    return new InetSocketAddress("127.0.0.1", node.port());
  }
}
