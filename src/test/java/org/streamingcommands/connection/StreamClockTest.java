package org.streamingcommands.connection;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** When a connected stream is to be looked at next: just when something is due, and not before. */
class StreamClockTest {
  private static final long TICK = Duration.ofMillis(500).toNanos();
  private static final Duration LONG = Duration.ofHours(1);
  private static final Duration LONGEST = Duration.ofSeconds(5);

  private final StreamClock clock = new StreamClock(LONG);

  /** Late enough for whatever the clock itself takes the time for. */
  private final long now = System.nanoTime() + Duration.ofMinutes(1).toNanos();

  private static ServiceSettings settings(String strategy, String interval, String timeout) {
    return ServiceSettings.from(
        ConfigFactory.parseString(
                "ping-strategy = %s, ping-interval = %s, ping-timeout = %s"
                    .formatted(strategy, interval, timeout))
            .withFallback(ConfigFactory.load().getConfig("streaming-commands.connection")));
  }

  private Duration wait(Duration reattach, ServiceSettings settings) {
    return Duration.ofNanos(clock.nextDue(now, TICK, reattach, settings) - now);
  }

  @Test
  void notWhileNothingIsDue() {
    clock.attaches(now);
    assertThat(wait(LONG, settings("DISABLED", "15 s", "30 s"))).isEqualTo(LONG);
    clock.heard();
    assertThat(wait(LONG, settings("ON_IDLE", "30 m", "1 h")))
        .isGreaterThan(Duration.ofMinutes(28));
  }

  @Test
  void nowAndThenWhereTheWallClockCounts() {
    clock.attaches(now);
    clock.validUntil(Instant.now().plus(LONG));
    assertThat(wait(LONG, settings("DISABLED", "15 s", "30 s"))).isEqualTo(LONGEST);
  }

  @Test
  void whenItIsToRemindItsEntity() {
    Duration reattach = Duration.ofSeconds(3);
    clock.attaches(now - 1);
    long next = clock.nextDue(now, TICK, reattach, settings("DISABLED", "15 s", "30 s"));
    assertThat(clock.isReattachDue(next, reattach)).isTrue();
    assertThat(clock.isReattachDue(next - 1, reattach)).isFalse();
  }

  @Test
  void whenAPingIsDueByTheClockOfPings() {
    ServiceSettings settings = settings("INTERVAL", "2 s", "1 h");
    assertThat(clock.isPingDue(now, settings)).isTrue();
    clock.attaches(now);
    assertThat(wait(LONG, settings)).isEqualTo(Duration.ofSeconds(2));
    assertThat(clock.isPingDue(now + 1_999_999_999, settings)).isFalse();
    assertThat(clock.isPingDue(now + 2_000_000_000, settings)).isTrue();
  }

  @Test
  void whenAPingIsDueBecauseOfSilence() {
    ServiceSettings settings = settings("ON_IDLE", "61 s", "1 h");
    clock.attaches(now);
    clock.heard();
    long next = clock.nextDue(now, TICK, LONG, settings);
    assertThat(next - now).isPositive();
    assertThat(clock.isPingDue(next - 1, settings)).isFalse();
    assertThat(clock.isPingDue(next, settings)).isTrue();
  }

  @Test
  void whenItIsSilentForTooLong() {
    ServiceSettings settings = settings("INTERVAL", "31 s", "31 s");
    clock.attaches(now);
    assertThat(clock.isPingDue(now, settings)).isTrue();
    long next = clock.nextDue(now, TICK, LONG, settings);
    assertThat(next - now).isPositive();
    assertThat(clock.isSilent(next - 1, TICK, settings)).isFalse();
    assertThat(clock.isSilent(next, TICK, settings)).isTrue();
  }

  @Test
  void whenWhatTheClientShowedIsNoLongerValid() {
    ServiceSettings settings = settings("DISABLED", "15 s", "30 s");
    clock.attaches(now);
    clock.validUntil(Instant.now().plusSeconds(4));
    assertThat(wait(LONG, settings)).isPositive().isLessThan(LONGEST);
    clock.validUntil(Instant.now().minusSeconds(1));
    assertThat(wait(LONG, settings)).isZero();
  }

  @Test
  void atEveryTickWhileItIsHeldBack() {
    clock.attaches(now);
    Runnable goOn = clock.holdBack(() -> {});
    assertThat(wait(LONG, settings("DISABLED", "15 s", "30 s"))).isZero();
    goOn.run();
    assertThat(wait(LONG, settings("DISABLED", "15 s", "30 s"))).isEqualTo(LONG);
  }
}
