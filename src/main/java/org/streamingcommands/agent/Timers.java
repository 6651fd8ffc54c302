package org.streamingcommands.agent;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** The time, and what is to happen later. */
interface Timers {

  /** By the clock on the wall, which may jump. */
  Instant now();

  /** In nanoseconds since some time, never jumping. */
  long nanos();

  /** Runs a short task after a while. */
  Timer schedule(Duration delay, Runnable task);

  /** Takes a task back, if it did not run yet. */
  @FunctionalInterface
  interface Timer {
    Timer NONE = () -> {};

    void cancel();
  }

  static Timers on(ScheduledExecutorService scheduler, Clock clock) {
    return new Timers() {
      @Override
      public Instant now() {
        return clock.instant();
      }

      @Override
      public long nanos() {
        return System.nanoTime();
      }

      @Override
      public Timer schedule(Duration delay, Runnable task) {
        Future<?> future =
            scheduler.schedule(task, TimeUnit.NANOSECONDS.convert(delay), TimeUnit.NANOSECONDS);
        return () -> future.cancel(false);
      }
    };
  }
}
