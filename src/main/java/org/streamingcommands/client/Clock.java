package org.streamingcommands.client;

import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** The one thread that minds all links' time: a daemon, gone when nothing is scheduled. */
final class Clock {
  private static final ScheduledThreadPoolExecutor THREAD = thread();

  private Clock() {}

  static void after(long nanos, Runnable task) {
    THREAD.schedule(task, nanos, TimeUnit.NANOSECONDS);
  }

  static ScheduledFuture<?> every(long nanos, Runnable task) {
    return THREAD.scheduleWithFixedDelay(task, nanos, nanos, TimeUnit.NANOSECONDS);
  }

  private static ScheduledThreadPoolExecutor thread() {
    var executor =
        new ScheduledThreadPoolExecutor(
            1,
            task -> {
              Thread thread = new Thread(task, "streaming-commands-client-clock");
              thread.setDaemon(true);
              return thread;
            });
    executor.setRemoveOnCancelPolicy(true);
    executor.setKeepAliveTime(10, TimeUnit.SECONDS);
    executor.allowCoreThreadTimeOut(true);
    return executor;
  }
}
