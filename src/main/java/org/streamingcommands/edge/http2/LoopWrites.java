package org.streamingcommands.edge.http2;

import io.grpc.netty.shaded.io.netty.channel.SelectStrategy;
import io.grpc.netty.shaded.io.netty.util.IntSupplier;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one event loop holds back until it has nothing else to do, some milliseconds at most: what
 * is written in one go costs both ends less. The loop asks it what to do next, as Netty's own
 * strategy is asked.
 *
 * <p>Where several things are held back, it first lets other threads run once: where processors are
 * short, those have more for it, or are who it waits for. Where nobody wants to run, that takes no
 * time; and one thing alone never waits for it.
 */
final class LoopWrites implements SelectStrategy {
  private static final Logger log = LoggerFactory.getLogger(LoopWrites.class);

  private static final int MOST = 4_096;

  /** A sign that more are coming. */
  private static final int SEVERAL = 2;

  private static final long LONGEST_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  private final ArrayDeque<Runnable> held = new ArrayDeque<>();
  private volatile @Nullable Thread thread;
  private boolean hasYielded;
  private int count;
  private long sinceNanos;

  /** Whether the caller runs on this loop. */
  boolean isCurrent() {
    return Thread.currentThread() == thread;
  }

  /**
   * Holds something back. On the loop.
   *
   * @param flush writes it, together with what is held back after; null where it was given before
   */
  void hold(@Nullable Runnable flush) {
    if (count == 0) {
      sinceNanos = System.nanoTime();
    }
    if (flush != null) {
      held.add(flush);
    }
    count++;
  }

  /** Waits where there is nothing to do. Before that, it writes what was held back. */
  @Override
  public int calculateStrategy(IntSupplier ready, boolean hasTasks) throws Exception {
    if (thread == null) {
      thread = Thread.currentThread();
    }
    if (count == 0) {
      return hasTasks ? ready.get() : SELECT;
    }
    if (!isDue()) {
      int events = ready.get();
      if (hasTasks || events > 0) {
        return events;
      }
      if (count >= SEVERAL && !hasYielded) {
        hasYielded = true;
        Thread.yield();
        return ready.get();
      }
    }
    hasYielded = false;
    release();
    // A flush may have given the loop a task.
    return ready.get();
  }

  private boolean isDue() {
    return count >= MOST || System.nanoTime() - sinceNanos >= LONGEST_NANOS;
  }

  /** Whoever is flushed may hold back what comes after it, such as the flush of its socket. */
  private void release() {
    for (Runnable flush = held.poll(); flush != null; flush = held.poll()) {
      try {
        flush.run();
      } catch (RuntimeException e) {
        log.error("a stream could not be written to", e);
      }
    }
    count = 0;
  }
}
