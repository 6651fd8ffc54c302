package org.streamingcommands.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class BackoffTest {
  private static final Duration BASE = Duration.ofMillis(100);
  private static final Duration MAX = Duration.ofSeconds(30);

  @Test
  void doublesUpToTheMaximumAndStaysThere() {
    var backoff = new Backoff(BASE, MAX, () -> 1);

    assertThat(Stream.generate(backoff::next).limit(10).map(Duration::toMillis))
        .containsExactly(100L, 200L, 400L, 800L, 1600L, 3200L, 6400L, 12800L, 25600L, 30000L);
    assertThat(Stream.generate(backoff::next).limit(100)).containsOnly(MAX);
  }

  @Test
  void startsOverAfterAReset() {
    var backoff = new Backoff(BASE, MAX, () -> 1);
    backoff.next();
    backoff.next();

    backoff.reset();

    assertThat(backoff.next()).isEqualTo(BASE);
  }

  @Test
  void jitterIsFullForAFailureAndHalfForARefusal() {
    var backoff = new Backoff(BASE, MAX, () -> 0);

    assertThat(backoff.next()).isZero();
    assertThat(backoff.slowest()).isEqualTo(MAX.dividedBy(2));
  }
}
