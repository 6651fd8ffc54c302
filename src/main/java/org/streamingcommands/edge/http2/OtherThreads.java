package org.streamingcommands.edge.http2;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What threads other than the loop's want to write to one connection, in the order in which they
 * said so. They wake the loop once for all that is there when it comes to it.
 */
final class OtherThreads implements Runnable {
  private static final Logger log = LoggerFactory.getLogger(OtherThreads.class);

  private final Executor loop;
  private final AtomicBoolean isLoopTold = new AtomicBoolean();

  /** Most connections are written to by their loop only, and need none. */
  private volatile @Nullable Queue<Runnable> writes;

  OtherThreads(Executor loop) {
    this.loop = loop;
  }

  void add(Runnable write) {
    queue().add(write);
    if (isLoopTold.compareAndSet(false, true)) {
      try {
        loop.execute(this);
      } catch (RejectedExecutionException e) {
        log.debug("the server has stopped: what its streams are given is lost");
      }
    }
  }

  private Queue<Runnable> queue() {
    Queue<Runnable> queue = writes;
    if (queue == null) {
      synchronized (this) {
        queue = writes;
        if (queue == null) {
          queue = new ConcurrentLinkedQueue<>();
          writes = queue;
        }
      }
    }
    return queue;
  }

  /** Writes all that is there. On the loop, before anything that came after. */
  @Override
  public void run() {
    Queue<Runnable> queue = writes;
    if (queue == null) {
      return;
    }
    // First, so that what comes while it runs is either seen here or told of again.
    isLoopTold.set(false);
    for (Runnable write = queue.poll(); write != null; write = queue.poll()) {
      write.run();
    }
  }
}
