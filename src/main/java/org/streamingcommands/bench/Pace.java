package org.streamingcommands.bench;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;

/**
 * Calls at a fixed rate, whatever became of the calls before. Each call is told when it was due:
 * who counts from there also counts the wait that a late call's user would have had (coordinated
 * omission).
 */
final class Pace {
  private Pace() {}

  /** Answers how many calls it made. */
  static int run(int perSecond, Duration time, LongConsumer call) {
    long start = System.nanoTime();
    int calls = (int) (time.toNanos() * perSecond / 1_000_000_000L);
    for (int n = 0; n < calls; n++) {
      long due = start + n * 1_000_000_000L / perSecond;
      awaitTime(due);
      call.accept(due);
    }
    return calls;
  }

  private static void awaitTime(long due) {
    // Parked, not spun: with two cores a spinning sender would take one from what is measured.
    for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
  }
}
