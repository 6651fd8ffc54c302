package org.streamingcommands.agent;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The time, and what is to happen later. */
interface Timers {
  Logger log = LoggerFactory.getLogger(Timers.class);

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
            scheduler.schedule(
                () -> run(task), TimeUnit.NANOSECONDS.convert(delay), TimeUnit.NANOSECONDS);
        return () -> future.cancel(false);
      }

      /** Whatever a future keeps to itself, nobody would ever hear. */
      private void run(Runnable task) {
        try {
          task.run();
        } catch (Throwable e) {
          log.error("A timer's task failed that must not", e);
        }
      }
    };
  }
}
