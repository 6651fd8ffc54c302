package org.streamingcommands.edge;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.StringValue;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.streamingcommands.agent.Agent;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.credentials.TokenSource;
import org.streamingcommands.grpc.v1.ClientFrame;
import org.streamingcommands.grpc.v1.ClientStreamServiceGrpc;
import org.streamingcommands.security.TokenHash;
import org.streamingcommands.support.RawHttp2;
import org.streamingcommands.support.TestNode;

/**
 * Strangers do their worst while one honest client is asked without a pause: all its asks complete,
 * the heap stays where it was, and every stranger is refused for the right reason. Prints what it
 * cost.
 */
@Tag("abuse")
class AbuseTest {
  private static final long MEGABYTE = 1 << 20;
  private static final String HONEST = TokenHash.newToken("honest");
  private static final String WRONG = TokenHash.newToken("honest");

  private TestNode node;
  private Agent honest;
  private Bystander bystander;
  private long heapBefore;
  private String name;

  @BeforeEach
  void start(TestInfo test) {
    name = test.getTestMethod().orElseThrow().getName();
    node =
        TestNode.start(
            "edge.auth = [token]",
            "edge.idle-timeout = 2 s",
            "edge.handshake-timeout = 2 s",
            "connection.hello-timeout = 2 s",
            "security.limits.max-failed-attempts = 0",
            "security.principals.honest { token = \"%s\", clients = [\"bots/*\"] }"
                .formatted(TokenHash.of(HONEST)));
    honest =
        Agent.builder("127.0.0.1:" + node.edgeAddress().getPort())
            .service(TestNode.SERVICE)
            .clientId("honest")
            .token(TokenSource.of(HONEST))
            .on(StringValue.class, (text, context) -> text)
            .connect();
    TestNode.await(honest.connected());
    heapBefore = heap();
    bystander = new Bystander(node);
    bystander.start();
  }

  @AfterEach
  void stop() throws Exception {
    try {
      String asks = bystander.finish();
      long heapAfter = heap();
      System.out.printf(
          "abuse  %-34s honest client: %s  heap %d -> %d MB%n",
          name, asks, heapBefore / MEGABYTE, heapAfter / MEGABYTE);
      assertThat(heapAfter).isLessThan(heapBefore + 64 * MEGABYTE);
      assertThat(honest.state().name()).isEqualTo("CONNECTED");
    } finally {
      honest.close();
      node.close();
    }
  }

  @Test
  void tenThousandMalformedFrames() {
    Random random = new Random(1);
    Map<Status.Code, Integer> ends =
        calls(
            10_000,
            100,
            HONEST,
            i -> {
              byte[] garbage = new byte[64];
              random.nextBytes(garbage);
              // No field has the number 0, so this never parses.
              garbage[0] = 0;
              return garbage;
            });
    assertThat(ends).containsOnlyKeys(Status.Code.INVALID_ARGUMENT);
  }

  @Test
  void labelBombs() {
    ClientFrame.Builder bomb = ClientFrame.newBuilder();
    bomb.getHelloBuilder().setService(TestNode.SERVICE).setClientId("bomb");
    for (int i = 0; i < 100_000; i++) {
      bomb.getHelloBuilder().putLabels("label-" + i, "x");
    }
    byte[] many = bomb.build().toByteArray();
    bomb.getHelloBuilder().clearLabels().putLabels("l", "x".repeat(3 << 20));
    byte[] long1 = bomb.build().toByteArray();
    Map<Status.Code, Integer> ends = calls(100, 4, HONEST, i -> i % 2 == 0 ? many : long1);
    assertThat(ends).containsOnlyKeys(Status.Code.INVALID_ARGUMENT);
  }

  @Test
  void framesOfAHundredMegabytes() throws Exception {
    for (int i = 0; i < 10; i++) {
      try (RawHttp2 client = new RawHttp2(node.edgeAddress())) {
        openWithToken(client, 1);
        byte[] start = ByteBuffer.allocate(5 + 1000).put((byte) 0).putInt(100 << 20).array();
        client.frame(RawHttp2.DATA, 0, 1, start);
        assertThat(TestNode.await(client.status())).isEqualTo("8");
      }
    }
  }

  @Test
  void aThousandConnectionsThatSayNothing() throws Exception {
    List<RawHttp2> silent = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      RawHttp2 client = new RawHttp2(node.edgeAddress());
      silent.add(client);
      if (i % 2 == 0) {
        openWithToken(client, 1);
      }
    }
    for (int i = 0; i < silent.size(); i++) {
      if (i % 2 == 0) {
        // A call without a hello: DEADLINE_EXCEEDED.
        assertThat(TestNode.await(silent.get(i).status())).isEqualTo("4");
      } else {
        // No call at all: asked to go.
        assertThat(TestNode.await(silent.get(i).goAway())).contains("max_idle");
      }
    }
    for (RawHttp2 client : silent) {
      client.close();
    }
  }

  @Test
  void helloesThatComeAByteAtATime() throws Exception {
    ClientFrame.Builder frame = ClientFrame.newBuilder();
    frame.getHelloBuilder().setService(TestNode.SERVICE).setClientId("loris".repeat(30));
    byte[] hello = frame.build().toByteArray();
    List<RawHttp2> slow = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      RawHttp2 client = new RawHttp2(node.edgeAddress());
      openWithToken(client, 1);
      client.frame(
          RawHttp2.DATA, 0, 1, ByteBuffer.allocate(5).put((byte) 0).putInt(hello.length).array());
      slow.add(client);
    }
    for (int at = 0; at < 10; at++) {
      for (RawHttp2 client : slow) {
        client.frame(RawHttp2.DATA, 0, 1, new byte[] {hello[at]});
      }
    }
    for (RawHttp2 client : slow) {
      assertThat(TestNode.await(client.status())).isEqualTo("4");
      client.close();
    }
  }

  @Test
  void rapidResets() throws Exception {
    int sent = 0;
    try (RawHttp2 client = new RawHttp2(node.edgeAddress())) {
      try {
        for (int stream = 1; stream < 200_000 && !client.closed().isDone(); stream += 2) {
          client.open(stream);
          client.reset(stream);
          sent++;
        }
      } catch (IOException e) {
        // It hung up while we wrote.
      }
      TestNode.await(client.closed());
    }
    System.out.printf("abuse  rapid resets: hung up after about %d%n", sent);
    assertThat(sent).isLessThan(100_000);
  }

  @Test
  void aFloodOfPings() throws Exception {
    try (RawHttp2 client = new RawHttp2(node.edgeAddress())) {
      try {
        for (int i = 0; i < 100_000 && !client.closed().isDone(); i++) {
          client.frame(RawHttp2.PING, 0, 0, new byte[8]);
        }
      } catch (IOException e) {
        // It hung up while we wrote.
      }
      assertThat(TestNode.await(client.goAway())).startsWith("11 ").contains("too_many_pings");
    }
  }

  @Test
  void aThousandWrongTokensASecond() {
    long began = System.nanoTime();
    Map<Status.Code, Integer> ends = new TreeMap<>();
    for (int second = 0; second < 5; second++) {
      calls(1000, 100, WRONG, i -> new byte[0])
          .forEach((code, count) -> ends.merge(code, count, Integer::sum));
    }
    double seconds = (System.nanoTime() - began) / 1e9;
    System.out.printf(Locale.ROOT, "abuse  wrong tokens: %.0f a second%n", 5000 / seconds);
    assertThat(ends).containsOnlyKeys(Status.Code.UNAUTHENTICATED);
  }

  // ---- helpers ------------------------------------------------------------------------------

  private interface Frames {
    byte[] of(int call);
  }

  private void openWithToken(RawHttp2 client, int stream) throws IOException {
    client.open(stream, "authorization", "Bearer " + HONEST);
  }

  /** Makes calls that each send one frame, and counts how they ended. */
  private Map<Status.Code, Integer> calls(int count, int atOnce, String token, Frames frames) {
    ManagedChannel channel =
        NettyChannelBuilder.forAddress(
                "127.0.0.1", node.edgeAddress().getPort(), InsecureChannelCredentials.create())
            .directExecutor()
            .build();
    Metadata headers = new Metadata();
    headers.put(
        Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Bearer " + token);
    List<CompletableFuture<Status>> ends = new ArrayList<>();
    Semaphore turns = new Semaphore(atOnce);
    for (int i = 0; i < count; i++) {
      turns.acquireUninterruptibly();
      CompletableFuture<Status> end = call(channel, headers, frames.of(i));
      end.whenComplete((status, failure) -> turns.release());
      ends.add(end);
    }
    Map<Status.Code, Integer> codes = new TreeMap<>();
    ends.forEach(end -> codes.merge(TestNode.await(end).getCode(), 1, Integer::sum));
    channel.shutdownNow();
    return codes;
  }

  private static CompletableFuture<Status> call(
      ManagedChannel channel, Metadata headers, byte[] frame) {
    CompletableFuture<Status> ended = new CompletableFuture<>();
    Metadata own = new Metadata();
    own.merge(headers);
    ClientCall<byte[], byte[]> call =
        channel.newCall(
            ClientStreamServiceGrpc.getConnectMethod().toBuilder(RAW, RAW).build(),
            CallOptions.DEFAULT);
    call.start(
        new ClientCall.Listener<>() {
          @Override
          public void onClose(Status status, Metadata trailers) {
            ended.complete(status);
          }
        },
        own);
    call.request(1);
    if (frame.length > 0) {
      call.sendMessage(frame);
    }
    // Or the client would reset every call that ends, and be hung up on for that.
    call.halfClose();
    return ended;
  }

  private static final MethodDescriptor.Marshaller<byte[]> RAW =
      new MethodDescriptor.Marshaller<>() {
        @Override
        public InputStream stream(byte[] bytes) {
          return new ByteArrayInputStream(bytes);
        }

        @Override
        public byte[] parse(InputStream bytes) {
          return new byte[0];
        }
      };

  private static long heap() {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 3; i++) {
      System.gc();
      Runtime runtime = Runtime.getRuntime();
      least = Math.min(least, runtime.totalMemory() - runtime.freeMemory());
    }
    return least;
  }

  /** Asks the honest client, one ask after the other, until the attack is over. */
  private static final class Bystander extends Thread {
    private final TestNode node;
    private final AtomicBoolean over = new AtomicBoolean();
    private final List<Long> nanos = new ArrayList<>();
    private final CompletableFuture<Void> done = new CompletableFuture<>();

    Bystander(TestNode node) {
      super("bystander");
      setDaemon(true);
      this.node = node;
    }

    @Override
    public void run() {
      try {
        for (int i = 0; !over.get() || i < 10; i++) {
          long began = System.nanoTime();
          Outcome<?> outcome =
              node.send("honest", TestNode.command("ask-" + i, "are you there?")).awaitOutcome();
          if (!(outcome instanceof Outcome.Completed)) {
            throw new AssertionError("the honest client was let down: " + outcome);
          }
          nanos.add(System.nanoTime() - began);
        }
        done.complete(null);
      } catch (RuntimeException | Error e) {
        done.completeExceptionally(e);
      }
    }

    String finish() {
      over.set(true);
      TestNode.await(done);
      long[] sorted = nanos.stream().mapToLong(Long::longValue).sorted().toArray();
      return String.format(
          Locale.ROOT,
          "%d asks, p50 %.2f ms, p99 %.1f ms, max %.1f ms",
          sorted.length,
          sorted[sorted.length / 2] / (double) TimeUnit.MILLISECONDS.toNanos(1),
          sorted[(int) (sorted.length * 0.99)] / (double) TimeUnit.MILLISECONDS.toNanos(1),
          Arrays.stream(sorted).max().orElse(0) / (double) TimeUnit.MILLISECONDS.toNanos(1));
    }
  }
}
