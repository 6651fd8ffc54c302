package org.streamingcommands.bench;

import java.time.Duration;

/**
 * How long and how often.
 *
 * @param warmUp of each contender before the first figures of a kind, in turns as long as a
 *     measurement; code that was not compiled yet would be measured without
 * @param windowWarmUp the same with many asks under way, before all figures of asks: nothing else
 *     gets the code compiled for good in so short a time
 * @param time of one measurement
 * @param rounds how often the contenders take turns
 */
public record Phases(Duration warmUp, Duration windowWarmUp, Duration time, int rounds) {
  private static final Duration MOST = Duration.ofHours(1);

  /**
   * @throws IllegalArgumentException where one is out of range; the message names its option
   */
  public Phases {
    check(warmUp, Duration.ZERO, "--warm-up");
    check(windowWarmUp, Duration.ZERO, "--window-warm-up");
    check(time, Duration.ofMillis(100), "--seconds");
    Loads.check(rounds, 1, 1_000, "--rounds");
  }

  private static void check(Duration value, Duration least, String option) {
    if (value.compareTo(least) < 0 || value.compareTo(MOST) > 0) {
      throw new IllegalArgumentException(
          "%s: must be %s to %s, is %s".formatted(option, least, MOST, value));
    }
  }
}
