package org.streamingcommands.bench;

import com.google.protobuf.BytesValue;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * Keeps so many asks under way, over all clients in turn. One thread sends, as a backend's own
 * would: not the engine's threads, which complete the asks.
 */
final class WindowLoop {
  private static final long DRAIN_SECONDS = 20;

  private WindowLoop() {}

  /** All of them were acknowledged. */
  record Done(long asks, double seconds) {
    double perSecond() {
      return asks / seconds;
    }
  }

  static Done run(List<Sender.Target> targets, BytesValue command, int window, Duration time)
      throws InterruptedException {
    Semaphore free = new Semaphore(window);
    LongAdder failed = new LongAdder();
    long sent = 0;
    long start = System.nanoTime();
    while (System.nanoTime() - start < time.toNanos()) {
      free.acquire();
      targets
          .get((int) (sent % targets.size()))
          .ask(command)
          .whenComplete(
              (outcome, error) -> {
                if (error != null || !outcome.isCompleted()) {
                  failed.increment();
                }
                free.release();
              });
      sent++;
    }
    boolean drained = free.tryAcquire(window, DRAIN_SECONDS, TimeUnit.SECONDS);
    long took = System.nanoTime() - start;
    if (!drained || failed.sum() > 0) {
      throw new IllegalStateException(
          "of %d asks %d failed and %d never ended"
              .formatted(sent, failed.sum(), drained ? 0 : window - free.availablePermits()));
    }
    return new Done(sent, took / 1e9);
  }
}
