package org.streamingcommands.edge.http2;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ResetLimitTest {
  private final ResetLimit limit = new ResetLimit();

  @Test
  void asManyAsAllowedAreAndNoMoreUntilTheWindowIsOver() {
    for (int n = 0; n < ResetLimit.MOST; n++) {
      assertThat(limit.allows(n)).isTrue();
    }
    long end = TimeUnit.SECONDS.toNanos(ResetLimit.WINDOW_SECONDS);
    assertThat(limit.allows(end - 1)).isFalse();
    assertThat(limit.allows(end)).isTrue();
  }

  @Test
  void aFewNowAndThenGoOnForEver() {
    for (long n = 0; n < 10_000; n++) {
      assertThat(limit.allows(n * TimeUnit.SECONDS.toNanos(1))).isTrue();
    }
  }
}
