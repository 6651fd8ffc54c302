package org.streamingcommands.client;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Pauses that double from 50 ms to a second, each with up to half of it taken off by chance, so
 * that senders that lost one node do not come back to it in step. Not thread-safe.
 */
final class Backoff {
  private static final long FIRST = Duration.ofMillis(50).toNanos();
  private static final long LONGEST = Duration.ofSeconds(1).toNanos();

  private long pause = FIRST;

  void reset() {
    pause = FIRST;
  }

  long nextNanos() {
    long next = pause - ThreadLocalRandom.current().nextLong(pause / 2);
    pause = Math.min(2 * pause, LONGEST);
    return next;
  }
}
