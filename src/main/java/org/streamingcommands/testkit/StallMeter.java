package org.streamingcommands.testkit;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Measures how long the machine or the JVM stood still, as it does on a crowded one or in a garbage
 * collection: a thread that wants to wake up every so often, and does not, records it.
 */
public final class StallMeter implements AutoCloseable {
  private static final long BEAT_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  /** Less than that is a scheduler's everyday business. */
  private static final long WORTH_NOTING_NANOS = TimeUnit.MILLISECONDS.toNanos(30);

  private final History history;
  private final Thread thread = new Thread(this::run, "stall-meter");
  private volatile boolean stopped;
  private volatile long longestNanos;

  public StallMeter(History history) {
    this.history = history;
    thread.setDaemon(true);
    thread.start();
  }

  /** The longest so far. */
  public Duration longest() {
    return Duration.ofNanos(longestNanos);
  }

  private void run() {
    long last = System.nanoTime();
    while (!stopped) {
      LockSupport.parkNanos(BEAT_NANOS);
      long now = System.nanoTime();
      long stall = now - last - BEAT_NANOS;
      if (stall > WORTH_NOTING_NANOS) {
        longestNanos = Math.max(longestNanos, stall);
        history.add(new HistoryEvent.Stalled(now - stall, now));
      }
      last = now;
    }
  }

  @Override
  public void close() {
    stopped = true;
    LockSupport.unpark(thread);
  }
}
