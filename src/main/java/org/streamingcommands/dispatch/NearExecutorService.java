package org.streamingcommands.dispatch;

import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/** One dispatcher's share in a pool, which ends with the last of them. */
final class NearExecutorService extends AbstractExecutorService {
  private final NearPool pool;
  private final boolean waits;
  private volatile boolean isShutdown;

  /**
   * @param waits whether its tasks wait for the outside, so that they come when all others are done
   */
  NearExecutorService(NearPool pool, boolean waits) {
    this.pool = pool;
    this.waits = waits;
  }

  @Override
  public void execute(Runnable task) {
    if (isShutdown) {
      throw new RejectedExecutionException("the dispatcher has been shut down");
    }
    if (waits) {
      pool.executeLastly(task);
    } else {
      pool.execute(task);
    }
  }

  @Override
  public void shutdown() {
    synchronized (this) {
      if (isShutdown) {
        return;
      }
      isShutdown = true;
    }
    pool.leave();
  }

  /** What was given before is done nevertheless: others of the pool may be in between. */
  @Override
  public List<Runnable> shutdownNow() {
    shutdown();
    return List.of();
  }

  @Override
  public boolean isShutdown() {
    return isShutdown;
  }

  @Override
  public boolean isTerminated() {
    return isShutdown && (pool.isTerminated() || !pool.isEnding());
  }

  @Override
  public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
    return !pool.isEnding() || pool.awaitTermination(timeout, unit);
  }
}
