package org.streamingcommands.agent;

import java.util.ArrayDeque;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts tasks in the order in which they came, at most so many at once, on an executor that may be
 * shared with others. Holds no thread while it has nothing to do.
 */
final class InOrder implements Executor {
  private static final Logger log = LoggerFactory.getLogger(InOrder.class);

  /**
   * After so many tasks the thread goes back, so that one busy agent leaves room for the others.
   */
  private static final int TURN = 64;

  private final Executor executor;
  private final int concurrency;
  private final ArrayDeque<Runnable> queue = new ArrayDeque<>();
  // While the queue holds anything, at least one turn is active.
  private int active;

  InOrder(Executor executor, int concurrency) {
    this.executor = executor;
    this.concurrency = concurrency;
  }

  /**
   * @throws RejectedExecutionException where the executor takes no more; then the task never runs
   */
  @Override
  public void execute(Runnable task) {
    synchronized (this) {
      queue.add(task);
      if (active == concurrency) {
        return;
      }
      active++;
    }
    try {
      executor.execute(this::turn);
    } catch (RejectedExecutionException e) {
      if (giveUp(task)) {
        throw e;
      }
    }
  }

  /** Whether the task was still there; another turn may have taken it. */
  private synchronized boolean giveUp(Runnable task) {
    active--;
    return queue.removeLastOccurrence(task);
  }

  private void turn() {
    for (int done = 0; ; done++) {
      if (done >= TURN && passOn()) {
        return;
      }
      Runnable task;
      synchronized (this) {
        task = queue.poll();
        if (task == null) {
          active--;
          return;
        }
      }
      try {
        task.run();
      } catch (Throwable e) {
        log.error("A task failed that must not", e);
      }
    }
  }

  private boolean passOn() {
    try {
      executor.execute(this::turn);
      return true;
    } catch (RejectedExecutionException e) {
      return false;
    }
  }

  synchronized int waiting() {
    return queue.size();
  }
}
