package org.streamingcommands.edge;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.StringValue;
import io.grpc.InsecureChannelCredentials;
import io.grpc.Status;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.function.IntFunction;
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
import org.streamingcommands.grpc.v1.ServerFrame;
import org.streamingcommands.security.TokenHash;
import org.streamingcommands.support.Bystander;
import org.streamingcommands.support.MemoryPeak;
import org.streamingcommands.support.RawHttp2;
import org.streamingcommands.support.Strangers;
import org.streamingcommands.support.TestNode;
import org.streamingcommands.testkit.ScriptedClient;

/**
 * Strangers do their worst while one honest client is asked without a pause: all its asks complete,
 * memory stays bounded at its peak, and every stranger is refused for the right reason. Prints what
 * it cost.
 */
@Tag("abuse")
class AbuseTest {
  /** What attackers and attacked, in this one JVM, may need at their peak. */
  private static final long MORE_OLD_MEGABYTES = 256;

  private static final long MORE_DIRECT_MEGABYTES = 128;
  private static final String HONEST = TokenHash.newToken("honest");
  private static final String WRONG = TokenHash.newToken("honest");

  private TestNode node;
  private Agent honest;
  private Bystander bystander;
  private MemoryPeak memory;
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
            "security.limits.max-failed-attempts = " + (name.startsWith("theDefault") ? 100 : 0),
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
    memory = new MemoryPeak();
    bystander = Bystander.begin(this::ask);
  }

  @AfterEach
  void stop() throws Exception {
    try {
      String asks = bystander.finish();
      System.out.printf("abuse  %-34s honest client: %s  %s%n", name, asks, memory);
      memory.assertAtMost(MORE_OLD_MEGABYTES, MORE_DIRECT_MEGABYTES);
      assertThat(honest.state().name()).isEqualTo("CONNECTED");
    } finally {
      memory.close();
      honest.close();
      node.close();
    }
  }

  @Test
  void tenThousandMalformedFrames() {
    Random random = new Random(1);
    List<Status> ends =
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
    assertThat(Strangers.codes(ends)).containsOnlyKeys(Status.Code.INVALID_ARGUMENT);
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
    List<Status> ends = calls(100, 4, HONEST, i -> i % 2 == 0 ? many : long1);
    assertThat(Strangers.codes(ends)).containsOnlyKeys(Status.Code.INVALID_ARGUMENT);
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
      while (!client.goAway().isDone() && sent < 100_000) {
        try {
          for (int i = 0; i < 100; i++, sent++) {
            client.open(2 * sent + 1);
            client.reset(2 * sent + 1);
          }
          // Or its last words were lost with what we still write.
          client.awaitRead();
        } catch (IOException e) {
          // It hung up while we wrote.
          break;
        }
      }
      assertThat(TestNode.await(client.goAway())).startsWith("11 ");
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
    List<Status> ends = new ArrayList<>();
    for (int second = 0; second < 5; second++) {
      ends.addAll(calls(1000, 100, WRONG, i -> new byte[0]));
    }
    double seconds = (System.nanoTime() - began) / 1e9;
    // Printed and not judged: how fast a machine is says nothing of the node.
    System.out.printf(Locale.ROOT, "abuse  wrong tokens: %.0f a second%n", 5000 / seconds);
    assertThat(Strangers.codes(ends)).containsOnlyKeys(Status.Code.UNAUTHENTICATED);
    assertThat(ends).noneMatch(AbuseTest::isTooMany);
  }

  @Test
  void theDefaultOfFailedAttemptsSparesTheChecksAndNobodyElse() throws Exception {
    try (ScriptedClient open =
        ScriptedClient.dial(node.edgeAddress(), InsecureChannelCredentials.create(), HONEST)) {
      open.hello(TestNode.SERVICE, "renews").awaitWelcome();
      List<Status> ends = calls(5000, 100, WRONG, i -> new byte[0]);
      assertThat(Strangers.codes(ends)).containsOnlyKeys(Status.Code.UNAUTHENTICATED);
      long checked = ends.stream().filter(end -> !isTooMany(end)).count();
      System.out.printf("abuse  wrong tokens: %d of 5000 were checked%n", checked);
      assertThat(checked).isLessThan(ends.size() / 2);
      // Still refused by their address, and that address only.
      calls(200, 100, WRONG, i -> new byte[0]);
      open.renew(HONEST);
      open.awaitRenewed();
      try (RawHttp2 newcomer = new RawHttp2(node.edgeAddress(), "127.0.0.2")) {
        openWithToken(newcomer, 1);
        ClientFrame.Builder hello = ClientFrame.newBuilder();
        hello.getHelloBuilder().setService(TestNode.SERVICE).setClientId("newcomer");
        byte[] message = hello.build().toByteArray();
        newcomer.frame(
            RawHttp2.DATA,
            0,
            1,
            ByteBuffer.allocate(5 + message.length)
                .put((byte) 0)
                .putInt(message.length)
                .put(message)
                .array());
        assertThat(ServerFrame.parseFrom(TestNode.await(newcomer.message())).hasWelcome()).isTrue();
      }
    }
  }

  private static boolean isTooMany(Status end) {
    return String.valueOf(end.getDescription()).contains("too many failed attempts");
  }

  // ---- helpers ------------------------------------------------------------------------------

  private void openWithToken(RawHttp2 client, int stream) throws IOException {
    client.open(stream, "authorization", "Bearer " + HONEST);
  }

  private List<Status> calls(int count, int atOnce, String token, IntFunction<byte[]> frames) {
    return Strangers.call(
        node.edgeAddress(),
        ClientStreamServiceGrpc.getConnectMethod(),
        count,
        atOnce,
        token,
        frames);
  }

  private void ask(int number) {
    Outcome<?> outcome =
        node.send("honest", TestNode.command("ask-" + number, "are you there?")).awaitOutcome();
    if (!(outcome instanceof Outcome.Completed)) {
      throw new AssertionError("the honest client was let down: " + outcome);
    }
  }
}
