package org.streamingcommands.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.StringValue;
import io.grpc.Status;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.streamingcommands.agent.Disconnect.Cause;
import org.streamingcommands.grpc.Wire;
import org.streamingcommands.grpc.v1.GoodbyeReason;
import org.streamingcommands.grpc.v1.Welcome;

class AgentReconnectTest {
  private static final Duration BASE = Duration.ofMillis(100);
  private static final Duration MAX = Duration.ofMillis(400);

  private final ScriptedEdge edge = new ScriptedEdge();
  private final ManualTimers timers = new ManualTimers();
  private final Heard heard = new Heard();
  private final AgentBuilder builder = configured(edge.address());
  private Agent agent;

  private AgentBuilder configured(String... addresses) {
    return Agent.builder(addresses)
        .service("bots")
        .clientId("bot-1")
        .listener(heard)
        .timers(timers)
        .jitter(() -> 1)
        .backoff(BASE, MAX)
        .closeGrace(Duration.ZERO);
  }

  @AfterEach
  void close() {
    agent.close();
    edge.close();
  }

  private ScriptedStream connect() {
    agent = builder.connect();
    ScriptedStream stream = edge.welcome();
    assertThat(heard.next()).isEqualTo("connected session-1 1");
    return stream;
  }

  private void expect(Cause cause, Duration reconnectIn) {
    Disconnect why = heard.disconnect();
    assertThat(why.cause()).as(why.toString()).isEqualTo(cause);
    assertThat(why.reconnectIn()).isEqualTo(reconnectIn);
  }

  @Test
  void doublesTheWaitUpToTheMaximumWhileNobodyAnswers() {
    ScriptedEdge gone = new ScriptedEdge();
    gone.close();
    agent = configured(gone.address()).connect();

    expect(Cause.UNREACHABLE, BASE);
    timers.fire(BASE);
    expect(Cause.UNREACHABLE, BASE.multipliedBy(2));
    assertThat(agent.state()).isEqualTo(AgentState.WAITING);
    timers.fire(BASE.multipliedBy(2));
    expect(Cause.UNREACHABLE, MAX);
    timers.fire(MAX);
    expect(Cause.UNREACHABLE, MAX);
  }

  @Test
  void startsOverAfterAConnectionThatLived() {
    ScriptedStream stream = connect();
    stream.fail(Status.UNAVAILABLE);
    expect(Cause.LOST, BASE);
    timers.fire(BASE);
    stream = edge.welcome();
    assertThat(heard.next()).isEqualTo("connected session-1 1");
    stream.fail(Status.UNAVAILABLE);
    expect(Cause.LOST, BASE.multipliedBy(2));
    timers.fire(BASE.multipliedBy(2));
    stream = edge.welcome();
    assertThat(heard.next()).isEqualTo("connected session-1 1");

    timers.pass(Duration.ofSeconds(11));
    stream.fail(Status.UNAVAILABLE);

    expect(Cause.LOST, BASE);
  }

  @Test
  void anErrorOnTheWayToDialIsTriedAgainToo() {
    AtomicInteger attempts = new AtomicInteger();
    builder.channel(
        channel -> {
          if (attempts.incrementAndGet() == 2) {
            throw new AssertionError("not now");
          }
          return channel;
        });
    connect().fail(Status.UNAVAILABLE);
    expect(Cause.LOST, BASE);
    timers.fire(BASE);
    expect(Cause.REFUSED, MAX);

    timers.fire(MAX);
    edge.welcome();

    assertThat(heard.next()).isEqualTo("connected session-1 1");
    assertThat(attempts).hasValue(3);
  }

  @Test
  void triesItsAddressesInTurn() {
    ScriptedEdge gone = new ScriptedEdge();
    gone.close();
    edge.welcomeAll();
    agent = configured(gone.address(), edge.address()).connect();

    // Whichever it begins with, the other is next.
    if (heard.next() instanceof Disconnect why) {
      timers.fire(why.reconnectIn());
      assertThat(heard.next()).isEqualTo("connected session-1 1");
    }

    assertThat(agent.state()).isEqualTo(AgentState.CONNECTED);
  }

  @Test
  void staysAwayForGoodOnceReplaced() throws Exception {
    var running = new Gate();
    var cancelled = new Gate();
    builder.on(
        StringValue.class,
        (command, context) -> {
          context.onCancel(cancelled::open);
          running.open();
          cancelled.await();
          return null;
        });
    ScriptedStream stream = connect();
    stream.command("c1", "");
    running.await();

    stream.goodbye(GoodbyeReason.GOODBYE_REASON_REPLACED, Duration.ZERO);

    expect(Cause.REPLACED, Duration.ZERO);
    assertThat(heard.next()).isEqualTo("replaced");
    agent.closed().get(30, TimeUnit.SECONDS);
    assertThat(agent.state()).isEqualTo(AgentState.REPLACED);
    assertThat(stream.end()).isEqualTo("broken");
    cancelled.await();
    agent.close();
    assertThat(agent.state()).isEqualTo(AgentState.REPLACED);
    assertThat(heard.isEmpty()).isTrue();
  }

  @Test
  void waitsAsLongAsTheGoodbyeAsksAndSomeJitter() throws Exception {
    ScriptedStream stream = connect();

    stream.goodbye(GoodbyeReason.GOODBYE_REASON_DRAINING, Duration.ofSeconds(20));

    expect(Cause.DRAINING, Duration.ofSeconds(20).plus(BASE));
    // Not half-closed: that would end what is in flight.
    assertThat(stream.end()).isEqualTo("broken");
    timers.fire(Duration.ofSeconds(20).plus(BASE));
    edge.welcome();
    assertThat(heard.next()).isEqualTo("connected session-1 1");
  }

  @Test
  void takesAGoodbyeInThePlaceOfAWelcome() {
    agent = builder.connect();
    ScriptedStream stream = edge.accept();
    stream.hello();

    stream.goodbye(GoodbyeReason.GOODBYE_REASON_OVERLOADED, Duration.ofSeconds(3));

    expect(Cause.OVERLOADED, Duration.ofSeconds(3).plus(BASE));
  }

  @ParameterizedTest
  @EnumSource(
      value = Status.Code.class,
      names = {"INVALID_ARGUMENT", "UNAUTHENTICATED", "PERMISSION_DENIED", "UNIMPLEMENTED"})
  void retriesSlowlyWhatOnlyAPersonCanMend(Status.Code code) {
    agent = builder.connect();
    ScriptedStream stream = edge.accept();

    stream.fail(code.toStatus().withDescription("service: unheard of"));

    Disconnect why = heard.disconnect();
    assertThat(why.cause()).isEqualTo(Cause.REFUSED);
    assertThat(why.message()).contains("service: unheard of");
    assertThat(why.reconnectIn()).isEqualTo(MAX);
    timers.fire(MAX);
    edge.welcome();
    assertThat(heard.next()).isEqualTo("connected session-1 1");
  }

  @ParameterizedTest
  @EnumSource(
      value = Status.Code.class,
      names = {"ALREADY_EXISTS", "NOT_FOUND", "UNAVAILABLE"})
  void retriesWithBackoffWhatTimeMayMend(Status.Code code) {
    agent = builder.connect();

    edge.accept().fail(code.toStatus());

    expect(Cause.UNREACHABLE, BASE);
  }

  @Test
  void givesUpOnAServerThatDoesNotSayWelcome() throws Exception {
    agent = builder.welcomeTimeout(Duration.ofSeconds(7)).connect();
    ScriptedStream stream = edge.accept();
    stream.hello();

    timers.fire(Duration.ofSeconds(7));

    Disconnect why = heard.disconnect();
    assertThat(why).isEqualTo(new Disconnect(Cause.UNREACHABLE, "no welcome within PT7S", BASE));
    assertThat(stream.end()).isEqualTo("broken");
  }

  @Test
  void saysWhetherAnybodyTookTheConnection() throws Exception {
    // It completes the connection in the kernel and says nothing.
    try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      agent =
          configured("127.0.0.1:" + silent.getLocalPort())
              .welcomeTimeout(Duration.ofSeconds(7))
              .connect();

      timers.fire(Duration.ofSeconds(7));

      assertThat(heard.disconnect())
          .isEqualTo(new Disconnect(Cause.UNREACHABLE, "no connection within PT7S", BASE));
    }
  }

  @Test
  void doesNotListenToAServerThatSpeaksBeforeItsWelcome() throws Exception {
    agent = builder.connect();
    ScriptedStream stream = edge.accept();
    stream.hello();

    stream.command("c1", "too early");

    expect(Cause.UNREACHABLE, BASE);
    assertThat(stream.end()).isEqualTo("broken");
  }

  @Test
  void reconnectsWhenTheServerEndsTheStreamWithoutAWord() {
    ScriptedStream stream = connect();

    stream.complete();

    expect(Cause.LOST, BASE);
  }

  @Test
  void leavesAServerThatFellSilent() throws Exception {
    agent = builder.connect();
    ScriptedStream stream = edge.accept();
    stream.hello();
    stream.welcome(
        Welcome.newBuilder()
            .setPingInterval(Wire.duration(Duration.ofSeconds(10)))
            .setPingTimeout(Wire.duration(Duration.ofSeconds(5)))
            .build());
    assertThat(heard.next()).isEqualTo("connected  0");
    timers.pass(Duration.ofSeconds(10));
    stream.expectNothingMore();

    // The look that was due 25 s after the welcome finds a ping of 15 s ago.
    timers.fireAfter(Duration.ofSeconds(15), Duration.ofSeconds(25));
    assertThat(agent.state()).isEqualTo(AgentState.CONNECTED);
    timers.fire(Duration.ofSeconds(10));

    expect(Cause.SILENT, BASE);
    assertThat(stream.end()).isEqualTo("broken");
  }

  @Test
  void tellsWhoWaitsForTheFirstConnectionThatThereWillBeNone() {
    agent = builder.connect();
    edge.accept().hello();

    agent.close();

    assertThatThrownBy(() -> agent.connected().get(30, TimeUnit.SECONDS))
        .hasMessageContaining("closed");
  }

  @Test
  void survivesAListenerThatThrows() {
    builder.listener(
        new AgentListener() {
          @Override
          public void disconnected(Disconnect why) {
            throw new IllegalStateException("the listener's own trouble");
          }
        });
    agent = builder.connect();
    edge.accept().fail(Status.UNAVAILABLE);

    timers.fire(BASE);

    edge.welcome();
  }

  @Test
  void survivesAChannelThatCannotBeMade() {
    var broken = new java.util.concurrent.atomic.AtomicBoolean();
    builder.channel(
        channel -> {
          if (broken.getAndSet(false)) {
            throw new IllegalStateException("no certificate");
          }
          return channel;
        });
    ScriptedStream stream = connect();
    broken.set(true);
    stream.fail(Status.UNAVAILABLE);
    expect(Cause.LOST, BASE);

    timers.fire(BASE);

    expect(Cause.REFUSED, MAX);
    timers.fire(MAX);
    edge.welcome();
  }
}
