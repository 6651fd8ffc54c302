package org.streamingcommands.agent;

import java.time.Duration;
import java.util.function.DoubleSupplier;

/**
 * How long to wait before the next attempt: exponential with full jitter, so that a fleet that lost
 * its node does not come back as one wave. Guarded by its agent's lock.
 */
final class Backoff {
  private final Duration base;
  private final Duration max;
  private final DoubleSupplier jitter;
  private int failures;

  /**
   * @param jitter answers 0 to 1
   */
  Backoff(Duration base, Duration max, DoubleSupplier jitter) {
    this.base = base;
    this.max = max;
    this.jitter = jitter;
  }

  /** Counts a failure. Anything from zero to base × 2^failures, and never more than the maximum. */
  Duration next() {
    Duration ceiling = max;
    // 2^30 times a millisecond is twelve days: past any sensible maximum.
    if (failures < 30) {
      Duration grown = base.multipliedBy(1L << failures);
      ceiling = grown.compareTo(max) < 0 ? grown : max;
      failures++;
    }
    return share(ceiling, jitter.getAsDouble());
  }

  /** For what only a person can mend: between half the maximum and all of it. */
  Duration slowest() {
    next();
    return share(max, 0.5 + jitter.getAsDouble() / 2);
  }

  /** A connection lived. */
  void reset() {
    failures = 0;
  }

  private static Duration share(Duration whole, double share) {
    return Duration.ofNanos((long) (whole.toNanos() * share));
  }
}
