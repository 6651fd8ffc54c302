package org.streamingcommands.security;

import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks for new certificates and keys every so often, on one daemon thread for the whole JVM, so
 * that no network thread ever waits for a disk or for another server.
 */
final class Reloader {
  private static final Logger log = LoggerFactory.getLogger(Reloader.class);
  private static final ScheduledExecutorService THREAD = thread();

  private Reloader() {}

  /** What fails is logged in one line, and tried again the next time. */
  static ScheduledFuture<?> every(Duration interval, Runnable reload) {
    long nanos = interval.toNanos();
    return THREAD.scheduleWithFixedDelay(() -> run(reload), nanos, nanos, TimeUnit.NANOSECONDS);
  }

  static void soon(Runnable reload) {
    THREAD.execute(() -> run(reload));
  }

  private static void run(Runnable reload) {
    try {
      reload.run();
    } catch (RuntimeException e) {
      log.warn("What is in use stays in use: {}", e.getMessage());
    }
  }

  private static ScheduledExecutorService thread() {
    var pool =
        new ScheduledThreadPoolExecutor(
            1,
            task -> {
              Thread thread = new Thread(task, "streaming-commands-reload");
              thread.setDaemon(true);
              return thread;
            });
    pool.setRemoveOnCancelPolicy(true);
    return pool;
  }
}
