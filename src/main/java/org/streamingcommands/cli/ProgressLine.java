package org.streamingcommands.cli;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Tells a waiting person that the program is at work: a line after two seconds, and one more every
 * two seconds until the work is done.
 */
public final class ProgressLine {
  private static final Duration PERIOD = Duration.ofSeconds(2);

  private ProgressLine() {}

  /** Something that takes its time. */
  public interface Work<T, X extends Exception> {
    T run() throws X;
  }

  /** Runs the work on this thread. */
  public static <T, X extends Exception> T during(
      PrintWriter err, Supplier<String> doing, Work<T, X> work) throws X {
    return during(err, doing, PERIOD, work);
  }

  static <T, X extends Exception> T during(
      PrintWriter err, Supplier<String> doing, Duration period, Work<T, X> work) throws X {
    ScheduledExecutorService timer =
        Executors.newSingleThreadScheduledExecutor(ProgressLine::daemon);
    long started = System.nanoTime();
    Runnable tell =
        () -> {
          Duration sofar = Duration.ofNanos(System.nanoTime() - started);
          err.printf("... %s (%d s)%n", doing.get(), sofar.toSeconds());
        };
    timer.scheduleAtFixedRate(tell, period.toNanos(), period.toNanos(), TimeUnit.NANOSECONDS);
    try {
      return work.run();
    } finally {
      timer.shutdownNow();
    }
  }

  private static Thread daemon(Runnable task) {
    Thread thread = new Thread(task, "progress-line");
    thread.setDaemon(true);
    return thread;
  }
}
