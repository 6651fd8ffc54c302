package org.streamingcommands.api;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.StringValue;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.streamingcommands.agent.Agent;
import org.streamingcommands.credentials.BearerToken;
import org.streamingcommands.credentials.TokenSource;
import org.streamingcommands.grpc.v1.CommandServiceGrpc;
import org.streamingcommands.grpc.v1.CommandServiceGrpc.CommandServiceBlockingStub;
import org.streamingcommands.grpc.v1.SendCommandToClientResponse;
import org.streamingcommands.security.TokenHash;
import org.streamingcommands.support.Bystander;
import org.streamingcommands.support.MemoryPeak;
import org.streamingcommands.support.RawHttp2;
import org.streamingcommands.support.Strangers;
import org.streamingcommands.support.TestNode;

/**
 * Strangers do their worst to the api while an honest caller sends without a pause: all its sends
 * complete, memory stays bounded at its peak, and every stranger is refused for the right reason.
 * Prints what it cost.
 */
@Tag("abuse")
class ApiAbuseTest {
  private static final String HONEST = TokenHash.newToken("honest");
  private static final String WRONG = TokenHash.newToken("honest");
  private static final String SEND = "/streamingcommands.v1.CommandService/SendCommandToClient";

  private static final String ENHANCE_YOUR_CALM = "11 ";

  /** What attackers and attacked, in this one JVM, may need at their peak. */
  private static final long MORE_OLD_MEGABYTES = 256;

  private static final long MORE_DIRECT_MEGABYTES = 128;

  private ApiNode node;
  private Agent agent;
  private ManagedChannel channel;
  private Bystander bystander;
  private MemoryPeak memory;
  private String name;

  @BeforeEach
  void start(TestInfo test) {
    name = test.getTestMethod().orElseThrow().getName();
    node =
        ApiNode.start(
            "api.auth = [token]",
            "api.first-request-timeout = " + (isFlood() ? "60 s" : "2 s"),
            "api.request-timeout = 2 s",
            "security.limits.max-failed-attempts = " + (name.startsWith("theDefault") ? 100 : 0),
            "security.roles.sender.grants = [{ actions = [send], services = [bots] }]",
            "security.principals.honest { token = \"%s\", roles = [sender] }"
                .formatted(TokenHash.of(HONEST)));
    agent =
        Agent.builder("127.0.0.1:" + node.node.edgeAddress().getPort())
            .service(TestNode.SERVICE)
            .clientId("a")
            .on(StringValue.class, (text, context) -> text)
            .connect();
    TestNode.await(agent.connected());
    channel = dial();
    // One that has called before the attack begins.
    ask(caller(channel), -1);
    memory = new MemoryPeak();
    CommandServiceBlockingStub caller = caller(channel);
    bystander = Bystander.begin(number -> ask(caller, number));
  }

  /** One that is to end for what it is, and not for having asked nothing. */
  private boolean isFlood() {
    return name.equals("rapidResets") || name.equals("pingsWithoutEnd");
  }

  @AfterEach
  void stop() {
    try {
      String asks = bystander.finish();
      // Whoever comes after an attack, or within it, gets in too.
      ManagedChannel later = dial();
      ask(caller(later), -2);
      later.shutdownNow();
      System.out.printf("abuse  api: %-29s honest caller: %s  %s%n", name, asks, memory);
      memory.assertAtMost(MORE_OLD_MEGABYTES, MORE_DIRECT_MEGABYTES);
    } finally {
      memory.close();
      channel.shutdownNow();
      agent.close();
      node.close();
    }
  }

  @Test
  void moreSilentConnectionsThanMayBe() throws Exception {
    List<Socket> silent = new ArrayList<>();
    try {
      for (int i = 0; i < Newcomers.MOST + 1000; i++) {
        silent.add(connect());
        if (i % 1000 == 0) {
          ManagedChannel newcomer = dial();
          ask(caller(newcomer), -3);
          newcomer.shutdownNow();
        }
      }
      // The eldest made room, and the rest had their time.
      for (Socket each : silent) {
        assertThat(each.getInputStream().read()).isEqualTo(-1);
      }
    } finally {
      for (Socket each : silent) {
        each.close();
      }
    }
  }

  @Test
  void connectionsThatOnlyAskWhatEverybodyMay() throws Exception {
    String check = "/grpc.health.v1.Health/Check";
    List<RawHttp2> probes = new ArrayList<>();
    try {
      for (int i = 0; i < Newcomers.MOST + 500; i++) {
        RawHttp2 probe = new RawHttp2(address());
        probe.open(1, check, new String[0]);
        probe.frame(RawHttp2.DATA, 1, 1, new byte[5]);
        probes.add(probe);
      }
      // They are answered, and stay no longer for it.
      for (RawHttp2 probe : probes) {
        TestNode.await(probe.closed());
      }
    } finally {
      for (RawHttp2 probe : probes) {
        probe.close();
      }
    }
  }

  @Test
  void headsAndBodiesThatComeAByteAtATime() throws Exception {
    List<Socket> heads = new ArrayList<>();
    List<Socket> bodies = new ArrayList<>();
    List<RawHttp2> messages = new ArrayList<>();
    byte[] head = "GET /v1/services HTTP/1.1\r\nHost: localhost\r\nX-Slow: ".getBytes(US_ASCII);
    String post =
        "POST /v1/services/bots/clients/a/commands HTTP/1.1\r\nHost: localhost\r\n"
            + "Authorization: Bearer %s\r\nContent-Type: application/json\r\n"
            + "Content-Length: 1000\r\n\r\n";
    for (int i = 0; i < 200; i++) {
      heads.add(connect());
      Socket body = connect();
      body.getOutputStream().write(post.formatted(HONEST).getBytes(US_ASCII));
      bodies.add(body);
      RawHttp2 message = new RawHttp2(address());
      message.open(1, SEND, new String[] {"authorization", "Bearer " + HONEST});
      message.frame(RawHttp2.DATA, 0, 1, new byte[] {0, 0, 0, 3});
      messages.add(message);
    }
    for (int at = 0; at < 10; at++) {
      for (int i = 0; i < 200; i++) {
        heads.get(i).getOutputStream().write(head[at]);
        bodies.get(i).getOutputStream().write('{');
        messages.get(i).frame(RawHttp2.DATA, 0, 1, new byte[] {0});
      }
    }
    for (int i = 0; i < 200; i++) {
      assertThat(new String(bodies.get(i).getInputStream().readAllBytes(), US_ASCII))
          .startsWith("HTTP/1.1 408");
      assertThat(TestNode.await(messages.get(i).status())).isEqualTo("4");
      // It may say what it thinks of half a head, and hangs up.
      heads.get(i).getInputStream().readAllBytes();
      heads.get(i).close();
      bodies.get(i).close();
      messages.get(i).close();
    }
  }

  @Test
  void tenThousandMalformedMessages() {
    Random random = new Random(1);
    List<Status> ends =
        calls(
            10_000,
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
  void framesOfAHundredMegabytes() throws Exception {
    for (int i = 0; i < 10; i++) {
      try (RawHttp2 caller = new RawHttp2(address())) {
        caller.open(1, SEND, new String[] {"authorization", "Bearer " + HONEST});
        byte[] start = ByteBuffer.allocate(5 + 1000).put((byte) 0).putInt(100 << 20).array();
        caller.frame(RawHttp2.DATA, 0, 1, start);
        assertThat(TestNode.await(caller.status())).isEqualTo("8");
      }
    }
  }

  @Test
  void wrongTokens() {
    long began = System.nanoTime();
    List<Status> ends = calls(5000, WRONG, i -> new byte[0]);
    System.out.printf(
        Locale.ROOT,
        "abuse  api: wrong tokens: %.0f a second%n",
        5000e9 / (System.nanoTime() - began));
    assertThat(Strangers.codes(ends)).containsOnlyKeys(Status.Code.UNAUTHENTICATED);
  }

  @Test
  void rapidResets() throws Exception {
    assertThrottled(
        "rapid resets",
        (attacker, number) -> {
          attacker.open(2 * number + 1, SEND, new String[0]);
          attacker.reset(2 * number + 1);
        });
  }

  @Test
  void pingsWithoutEnd() throws Exception {
    assertThrottled(
        "pings", (attacker, number) -> attacker.frame(RawHttp2.PING, 0, 0, new byte[8]));
  }

  /** Says something useless, for the so-manieth time. */
  private interface Nuisance {
    void commit(RawHttp2 attacker, int number) throws IOException;
  }

  private void assertThrottled(String what, Nuisance nuisance) throws Exception {
    int[] sent = {0};
    try (RawHttp2 attacker = new RawHttp2(address())) {
      try {
        while (sent[0] < 1_000_000 && !attacker.closed().isDone()) {
          attacker.together(
              () -> {
                for (int i = 0; i < 100; i++) {
                  nuisance.commit(attacker, sent[0]++);
                }
              });
        }
      } catch (IOException e) {
        // It hung up while we wrote.
      }
      TestNode.await(attacker.closed());
      System.out.printf(
          "abuse  api: %s: hung up after about %d, told %s%n",
          what, sent[0], attacker.goAway().getNow("nothing"));
      // Who does not read may not be told; whoever is told is told the truth.
      assertThat(attacker.goAway().getNow(ENHANCE_YOUR_CALM)).isEqualTo(ENHANCE_YOUR_CALM);
    }
    assertThat(sent[0]).isLessThan(1_000_000);
  }

  // ---- helpers ------------------------------------------------------------------------------

  private InetSocketAddress address() {
    return new InetSocketAddress("127.0.0.1", node.port());
  }

  private Socket connect() throws IOException {
    Socket socket = new Socket();
    socket.connect(address());
    socket.setSoTimeout((int) TestNode.PATIENCE.toMillis());
    return socket;
  }

  private ManagedChannel dial() {
    return NettyChannelBuilder.forAddress(
            "127.0.0.1", node.port(), InsecureChannelCredentials.create())
        .build();
  }

  private List<Status> calls(int count, String token, IntFunction<byte[]> messages) {
    return Strangers.call(
        address(), CommandServiceGrpc.getSendCommandToClientMethod(), count, 100, token, messages);
  }

  private static CommandServiceBlockingStub caller(ManagedChannel channel) {
    return CommandServiceGrpc.newBlockingStub(channel)
        .withCallCredentials(new BearerToken(TokenSource.of(HONEST)));
  }

  private static void ask(CommandServiceBlockingStub caller, int number) {
    SendCommandToClientResponse answer =
        caller
            .withDeadlineAfter(TestNode.PATIENCE.toSeconds(), TimeUnit.SECONDS)
            .sendCommandToClient(
                ApiNode.send("a", ApiNode.command("ask-" + System.nanoTime() + "-" + number))
                    .build());
    assertThat(answer.getOutcome().hasCompleted()).isTrue();
  }
}
