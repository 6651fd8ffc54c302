package org.streamingcommands.agent;

import java.time.Duration;

/**
 * How much an agent remembers of commands that ended, so that one that comes again does not run
 * again.
 *
 * @param commands at most so many
 * @param age confirmed ones at most so long
 * @param bytes of results, at most so many
 */
record MemoryBounds(int commands, Duration age, long bytes) {
  /** Unconfirmed results are worth more: they are kept up to so many times the bounds. */
  static final int HARD_FACTOR = 10;

  MemoryBounds {
    if (commands < 1 || age.isNegative() || age.isZero() || bytes < 1) {
      throw new IllegalArgumentException(
          "all bounds must be more than zero: %d, %s, %d".formatted(commands, age, bytes));
    }
  }
}
