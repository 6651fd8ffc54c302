package org.streamingcommands.agent;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The threads of every agent in this JVM that brings none of its own. Daemons, started when needed,
 * gone when idle; so an agent costs no thread, and closing one leaves none behind.
 */
final class SharedThreads {
  private static final long IDLE_SECONDS = 10;

  private SharedThreads() {}

  static ExecutorService handlers() {
    return Handlers.POOL;
  }

  static ScheduledExecutorService timer() {
    return Timer.POOL;
  }

  private static final class Handlers {
    // As many threads as handlers run at once; each agent bounds its own.
    static final ExecutorService POOL =
        new ThreadPoolExecutor(
            0,
            Integer.MAX_VALUE,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            daemons("streaming-commands-handler"));
  }

  private static final class Timer {
    static final ScheduledExecutorService POOL = create();

    private static ScheduledExecutorService create() {
      var pool = new ScheduledThreadPoolExecutor(1, daemons("streaming-commands-timer"));
      pool.setRemoveOnCancelPolicy(true);
      pool.setKeepAliveTime(IDLE_SECONDS, TimeUnit.SECONDS);
      pool.allowCoreThreadTimeOut(true);
      return pool;
    }
  }

  private static ThreadFactory daemons(String name) {
    var count = new AtomicInteger();
    return task -> {
      var thread = new Thread(task, name + "-" + count.incrementAndGet());
      thread.setDaemon(true);
      return thread;
    };
  }
}
