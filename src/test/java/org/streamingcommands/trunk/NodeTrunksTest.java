package org.streamingcommands.trunk;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.streamingcommands.connection.Trunk;
import org.streamingcommands.connection.TrunkOffer;
import org.streamingcommands.connection.Trunks;
import org.streamingcommands.edge.http2.EventLoops;
import org.streamingcommands.support.TestNode;

/** Two ends of trunks on real sockets, and strangers. What remoting would carry, the test does. */
class NodeTrunksTest {
  private static final ActorTestKit KIT = ActorTestKit.create("test", TestNode.config());
  private static final int FRAME = 1 << 20;

  private static final TrunkLimits LIMITS =
      new TrunkLimits(
          FRAME, 2 * FRAME, Duration.ofMillis(50), TestNode.PATIENCE, TestNode.PATIENCE);

  private final List<AutoCloseable> all = new ArrayList<>();
  private final TestProbe<Object> probe = TestProbe.create(KIT.system());

  /** One node. */
  private final class Node implements Trunks.Listener, AutoCloseable {
    final String name;
    final BlockingQueue<byte[]> taken = new LinkedBlockingQueue<>();
    final CompletableFuture<Void> broken = new CompletableFuture<>();
    final EventLoops threads = new EventLoops("trunk-test", 2);
    final NodeTrunks trunks;

    Node(String name, TrunkLimits limits) throws IOException {
      this.name = name;
      all.add(this);
      trunks =
          NodeTrunks.start(
              (ExtendedActorSystem) KIT.system().classicSystem(),
              new TrunkSettings(true, 0, 0),
              limits,
              this,
              threads.group(),
              threads.channelType());
    }

    @Override
    public String node() {
      return name;
    }

    @Override
    public void take(byte[] batch) throws IOException {
      if (batch.length == 3) {
        throw new IOException("no batch");
      }
      taken.add(batch);
    }

    @Override
    public void broken() {
      broken.complete(null);
    }

    Trunk dial(Node other) {
      trunks.accept(other.offer(name));
      return probe.awaitAssert(
          TestNode.PATIENCE,
          () -> {
            Trunk trunk = trunks.to(other.name);
            assertThat(trunk).isNotNull();
            return trunk;
          });
    }

    TrunkOffer offer(String to) {
      return probe.awaitAssert(
          TestNode.PATIENCE,
          () -> {
            TrunkOffer offer = trunks.offerTo(to);
            assertThat(offer).isNotNull();
            return offer;
          });
    }

    byte[] next() throws InterruptedException {
      byte[] batch = taken.poll(TestNode.PATIENCE.toSeconds(), TimeUnit.SECONDS);
      assertThat(batch).as("one more batch").isNotNull();
      return batch;
    }

    /** Dials by hand. */
    Socket knock(ByteString key) throws IOException {
      Socket socket = new Socket("127.0.0.1", trunks.address().getPort());
      all.add(socket);
      socket.setSoTimeout((int) TestNode.PATIENCE.toMillis());
      DataOutputStream out = new DataOutputStream(socket.getOutputStream());
      out.writeLong(TrunkWire.MAGIC);
      out.write(key.toByteArray());
      return socket;
    }

    @Override
    public void close() {
      trunks.close();
      threads.stop();
    }
  }

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
  }

  @AfterEach
  void end() throws Exception {
    for (AutoCloseable one : all) {
      one.close();
    }
  }

  private static byte[] numbered(int number, int size) {
    return ByteBuffer.allocate(size).putInt(number).array();
  }

  private static int numberOf(byte[] batch) {
    return ByteBuffer.wrap(batch).getInt();
  }

  private static void assertHungUp(Socket socket) throws IOException {
    try {
      assertThat(socket.getInputStream().read()).isEqualTo(-1);
    } catch (java.net.SocketException e) {
      assertThat(e).hasMessageContaining("reset");
    }
  }

  @Test
  void whatWasWrittenComesInItsOrderOnceTheTrunkBegan() throws Exception {
    Node a = new Node("a", LIMITS);
    Node b = new Node("b", LIMITS);
    Trunk trunk = a.dial(b);
    int[] sizes = {4, 100, 65_000, 70_000, FRAME};
    for (int i = 0; i < 200; i++) {
      trunk.write(numbered(i, i < 100 ? 4 + i : sizes[i % sizes.length]));
      if (i == 100) {
        assertThat(b.taken).isEmpty();
        b.trunks.begin(trunk.key());
      }
      if (i > 100) {
        // Else more than may wait could wait.
        while (numberOf(b.next()) != i) {
          // In their order, as the last line says.
        }
      }
    }
    assertThat(b.taken).isEmpty();
    for (int i = 0; i < 200; i++) {
      trunk.write(numbered(i, 40));
    }
    for (int i = 0; i < 200; i++) {
      assertThat(numberOf(b.next())).isEqualTo(i);
    }
  }

  @Test
  void manyThreadsWriteWholeBatches() throws Exception {
    Node a = new Node("a", LIMITS);
    Node b = new Node("b", LIMITS);
    Trunk trunk = a.dial(b);
    b.trunks.begin(trunk.key());
    int each = 500;
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < 4; t++) {
      int first = t * each;
      threads.add(new Thread(() -> write(trunk, first, each)));
    }
    threads.forEach(Thread::start);
    int[] last = {-1, each - 1, 2 * each - 1, 3 * each - 1};
    for (int i = 0; i < threads.size() * each; i++) {
      byte[] batch = b.next();
      int number = numberOf(batch);
      assertThat(batch).isEqualTo(filled(number));
      assertThat(number).isEqualTo(++last[number / each]);
    }
  }

  private static void write(Trunk trunk, int first, int count) {
    for (int i = first; i < first + count; i++) {
      trunk.write(filled(i));
    }
  }

  private static byte[] filled(int number) {
    byte[] batch = new byte[8 + number % 300];
    Arrays.fill(batch, (byte) number);
    return ByteBuffer.wrap(batch).putInt(number).array();
  }

  @Test
  void aBatchThatIsTooLargeIsLostAloneByWhoWritesIt() throws Exception {
    Node a = new Node("a", LIMITS);
    Node b = new Node("b", LIMITS);
    Trunk trunk = a.dial(b);
    b.trunks.begin(trunk.key());
    trunk.write(numbered(1, FRAME + 1));
    trunk.write(numbered(2, FRAME));
    assertThat(numberOf(b.next())).isEqualTo(2);
  }

  @Test
  void whatWaitsForANodeThatDoesNotReadIsBounded() throws Exception {
    Node a = new Node("a", LIMITS);
    Node b = new Node("b", LIMITS);
    Trunk trunk = a.dial(b);
    int written = 0;
    // Far more than any socket takes, and than may wait.
    for (; written < 200; written++) {
      trunk.write(numbered(written, FRAME));
    }
    b.trunks.begin(trunk.key());
    int last = numberOf(b.next());
    assertThat(last).isZero();
    int taken = 1;
    for (int end = -1; end < 0; ) {
      trunk.write(numbered(Integer.MAX_VALUE, 4));
      for (byte[] batch = b.next(); batch != null; batch = b.taken.poll()) {
        int number = numberOf(batch);
        if (number == Integer.MAX_VALUE) {
          end = number;
        } else {
          assertThat(number).isGreaterThan(last);
          last = number;
          taken++;
        }
      }
    }
    assertThat(taken).isLessThan(written);
    assertThat(a.broken).isNotDone();
  }

  @Test
  void aTrunkThatIsNotReadForLongEnds() throws Exception {
    TrunkLimits hasty =
        new TrunkLimits(
            FRAME, 2 * FRAME, Duration.ofMillis(20), Duration.ofMillis(200), Duration.ofSeconds(5));
    Node a = new Node("a", hasty);
    Node b = new Node("b", LIMITS);
    a.trunks.accept(b.offer("a"));
    // It never begins, so that no ping is answered.
    TestNode.await(a.broken);
    assertThat(a.trunks.to("b")).isNull();
    // The other node heard of the end, too, and offers another.
    b.offer("a");
  }

  @Test
  void aTrunkThatIsReadStays() throws Exception {
    TrunkLimits hasty =
        new TrunkLimits(
            FRAME, 2 * FRAME, Duration.ofMillis(20), Duration.ofSeconds(2), Duration.ofSeconds(5));
    Node a = new Node("a", hasty);
    Node b = new Node("b", LIMITS);
    Trunk trunk = a.dial(b);
    b.trunks.begin(trunk.key());
    // A second dialler, whom nobody reads, tells when as much time is over.
    Node c = new Node("c", hasty);
    c.trunks.accept(b.offer("c"));
    TestNode.await(c.broken);
    assertThat(a.broken).isNotDone();
    trunk.write(numbered(7, 8));
    assertThat(numberOf(b.next())).isEqualTo(7);
  }

  @Test
  void aNewTrunkTakesTheOldOnesPlace() throws Exception {
    Node a = new Node("a", LIMITS);
    Node b = new Node("b", LIMITS);
    Trunk first = a.dial(b);
    // As if it had come back under the same name.
    Node again = new Node("b", LIMITS);
    a.trunks.accept(again.offer("a"));
    Trunk second =
        probe.awaitAssert(
            TestNode.PATIENCE,
            () -> {
              Trunk now = a.trunks.to("b");
              assertThat(now).isNotNull().isNotSameAs(first);
              return now;
            });
    again.trunks.begin(second.key());
    second.write(numbered(1, 4));
    assertThat(numberOf(again.next())).isEqualTo(1);
    b.offer("a");
  }

  @Test
  void aNodeThatIsForgottenHasNone() throws Exception {
    Node a = new Node("a", LIMITS);
    Node b = new Node("b", LIMITS);
    a.dial(b);
    b.trunks.forget("a");
    TestNode.await(a.broken);
    assertThat(a.trunks.to("b")).isNull();
    a.dial(b);
    a.trunks.forget("b");
    b.offer("a");
  }

  @Test
  void whoeverCannotBeDialledIsSpokenToOtherwise() throws Exception {
    Node a = new Node("a", LIMITS);
    Node b = new Node("b", LIMITS);
    TrunkOffer offer = b.offer("a");
    b.close();
    a.trunks.accept(offer);
    assertThat(a.trunks.to("b")).isNull();
    Node c = new Node("c", LIMITS);
    a.dial(c);
  }

  // ---- strangers ----------------------------------------------------------------------------

  @Test
  void aStrangerIsHungUpOnAndCostsNobodyElse() throws Exception {
    Node a = new Node("a", LIMITS);
    Node b = new Node("b", LIMITS);
    Trunk trunk = a.dial(b);
    b.trunks.begin(trunk.key());
    assertHungUp(b.knock(ByteString.copyFrom(new byte[TrunkWire.KEY_BYTES])));
    // A key that is in use.
    assertHungUp(b.knock(trunk.key()));
    Socket web = new Socket("127.0.0.1", b.trunks.address().getPort());
    all.add(web);
    web.setSoTimeout((int) TestNode.PATIENCE.toMillis());
    web.getOutputStream().write("GET / HTTP/1.1\r\nHost: node\r\n\r\n".getBytes());
    assertHungUp(web);
    trunk.write(numbered(1, 4));
    assertThat(numberOf(b.next())).isEqualTo(1);
  }

  @Test
  void whoeverSaysNothingIsHungUpOn() throws Exception {
    Node b =
        new Node(
            "b",
            new TrunkLimits(
                FRAME, FRAME, Duration.ofSeconds(1), Duration.ofSeconds(5), Duration.ofMillis(50)));
    Socket socket = new Socket("127.0.0.1", b.trunks.address().getPort());
    all.add(socket);
    socket.setSoTimeout((int) TestNode.PATIENCE.toMillis());
    socket.getOutputStream().write(0x53);
    assertHungUp(socket);
  }

  @Test
  void whatCannotBeReadEndsItsTrunk() throws Exception {
    Node b = new Node("b", LIMITS);
    for (int length : new int[] {-1, Integer.MIN_VALUE, FRAME + 1, 3}) {
      TrunkOffer offer = b.offer("a");
      Socket socket = b.knock(offer.key());
      assertThat(socket.getInputStream().read()).isEqualTo(TrunkWire.READY);
      b.trunks.begin(offer.key());
      DataOutputStream out = new DataOutputStream(socket.getOutputStream());
      // A ping and a batch come first, in one write with what is wrong.
      out.write(
          ByteBuffer.allocate(4 + 4 + 4 + 4 + 3)
              .putInt(0)
              .putInt(4)
              .putInt(length)
              .putInt(length)
              .array());
      assertThat(socket.getInputStream().read()).isEqualTo(TrunkWire.PONG);
      assertThat(numberOf(b.next())).isEqualTo(length);
      assertHungUp(socket);
    }
    // All of them are free again.
    b.offer("a");
    assertThat(b.taken).isEmpty();
  }
}
