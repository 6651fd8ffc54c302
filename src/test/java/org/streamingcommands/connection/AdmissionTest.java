package org.streamingcommands.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.streamingcommands.grpc.Wire;
import org.streamingcommands.grpc.v1.Goodbye;
import org.streamingcommands.grpc.v1.GoodbyeReason;
import org.streamingcommands.grpc.v1.ServerFrame;
import org.streamingcommands.support.TestNode;
import org.streamingcommands.testkit.ScriptedClient;

class AdmissionTest {
  private static final Duration RETRY = Duration.ofSeconds(4);

  /** Beginning where arithmetic that forgets of overflow goes wrong. */
  private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 1_000_000);

  @Test
  void itTakesSoManyAndOneMoreForEachThatLeft() {
    Admission admission = admission(2, 0, 1);
    assertThat(admission.enter()).isNull();
    assertThat(admission.enter()).isNull();
    org.streamingcommands.connection.Goodbye refused = admission.enter();
    assertThat(refused.cause())
        .isEqualTo(org.streamingcommands.connection.Goodbye.Cause.OVERLOADED);
    assertThat(refused.reconnectDelay()).isBetween(RETRY, RETRY.multipliedBy(2));
    admission.left();
    assertThat(admission.enter()).isNull();
  }

  @Test
  void whoComesTooFastIsGivenAMomentOfItsOwn() {
    Admission admission = admission(0, 10, 3);
    for (int i = 0; i < 3; i++) {
      assertThat(admission.enter()).isNull();
    }
    List<Long> delays = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      delays.add(admission.enter().reconnectDelay().toMillis());
    }
    assertThat(delays).containsExactly(4_000L, 4_100L, 4_200L);
    for (long delay : delays) {
      now.addAndGet(TimeUnit.MILLISECONDS.toNanos(delay == 4_000 ? 4_000 : 100));
      assertThat(admission.enter()).isNull();
    }
  }

  @Test
  void theRateIsKeptAndAPauseIsWorthABurstOnly() {
    Admission admission = admission(0, 10, 2);
    now.addAndGet(TimeUnit.HOURS.toNanos(1));
    assertThat(admission.enter()).isNull();
    assertThat(admission.enter()).isNull();
    assertThat(admission.enter()).isNotNull();
    now.addAndGet(TimeUnit.MILLISECONDS.toNanos(100));
    assertThat(admission.enter()).isNull();
    assertThat(admission.enter()).isNotNull();
  }

  @Test
  void nobodyIsSentAwayForVeryLong() {
    Admission admission = admission(0, 10, 1);
    assertThat(admission.enter()).isNull();
    for (int i = 0; i < 1_000; i++) {
      assertThat(admission.enter().reconnectDelay()).isLessThanOrEqualTo(RETRY.multipliedBy(10));
    }
  }

  @Test
  void settingsThatMakeNoSenseAreRefused() {
    assertThatThrownBy(() -> new AdmissionSettings(-1, 0, 1, RETRY))
        .hasMessageContaining("admission.max-connections");
    assertThatThrownBy(() -> new AdmissionSettings(0, 0, 0, RETRY))
        .hasMessageContaining("admission.accept-burst");
    assertThatThrownBy(() -> new AdmissionSettings(0, 0, 1, Duration.ZERO))
        .hasMessageContaining("admission.retry-after");
  }

  @Test
  void aClientOverTheLimitIsToldWhenToComeAgain() {
    try (TestNode node =
            TestNode.start("admission.max-connections = 1", "admission.retry-after = 7 s");
        ScriptedClient first = node.connect("first")) {
      try (ScriptedClient second = node.dial()) {
        second.hello(TestNode.SERVICE, "second");
        Goodbye goodbye = second.awaitGoodbye();
        assertThat(goodbye.getReason()).isEqualTo(GoodbyeReason.GOODBYE_REASON_OVERLOADED);
        assertThat(Wire.duration(goodbye.getReconnectDelay()))
            .isGreaterThanOrEqualTo(Duration.ofSeconds(7));
        second.awaitEnd();
      }
      first.leave();
      first.awaitEnd();
      try (ScriptedClient third = node.connect("third")) {
        assertThat(third.epoch()).isPositive();
      }
    }
  }

  @Test
  void ofThoseWhoComeTooFastEachIsToldAMomentOfItsOwn() {
    try (TestNode node =
        TestNode.start(
            "admission.accept-rate = 1",
            "admission.accept-burst = 1",
            "admission.retry-after = 7 s")) {
      List<ScriptedClient> herd = new ArrayList<>();
      for (int i = 0; i < 10; i++) {
        herd.add(node.dial());
      }
      for (int i = 0; i < herd.size(); i++) {
        herd.get(i).hello(TestNode.SERVICE, "c" + i);
      }
      int welcomed = 0;
      List<Duration> delays = new ArrayList<>();
      for (ScriptedClient client : herd) {
        ServerFrame word = client.awaitFrame();
        if (word.hasWelcome()) {
          welcomed++;
        } else {
          assertThat(word.getGoodbye().getReason())
              .isEqualTo(GoodbyeReason.GOODBYE_REASON_OVERLOADED);
          delays.add(Wire.duration(word.getGoodbye().getReconnectDelay()));
          client.awaitEnd();
        }
      }
      assertThat(welcomed).isPositive();
      // As many as seconds went by may have come in since.
      assertThat(delays).isNotEmpty().doesNotHaveDuplicates();
      assertThat(delays)
          .allMatch(
              delay ->
                  delay.compareTo(Duration.ofSeconds(7)) >= 0
                      && delay.compareTo(Duration.ofSeconds(70)) <= 0);
      herd.forEach(ScriptedClient::close);
    }
  }

  private Admission admission(int max, int rate, int burst) {
    return new Admission(new AdmissionSettings(max, rate, burst, RETRY), now::get);
  }
}
