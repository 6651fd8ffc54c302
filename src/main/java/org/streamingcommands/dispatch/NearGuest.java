package org.streamingcommands.dispatch;

import java.util.ArrayDeque;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/**
 * A thread of no {@link NearPool} that does itself what it gives to one, once it has done what it
 * is at. An event loop that brings an answer to an actor would else wake a thread for it, which
 * takes longer than the actor's turn. So do a few tasks, and what those give in turn; what is more
 * goes to the pool, for the loop has its own work to come back to.
 */
public final class NearGuest {
  /** In one go. */
  private static final int MOST = 8;

  private record Kept(NearPool pool, Runnable task) {}

  private final Executor loop;
  private final Runnable work = this::work;
  private final ArrayDeque<Kept> kept = new ArrayDeque<>();
  private boolean isAsked;

  private NearGuest(Executor loop) {
    this.loop = loop;
  }

  /**
   * Says of the calling thread, for good, that it is the one that this executor runs all on. As in
   * the pool itself, nothing may block there for long, and on this thread nobody comes to help.
   */
  public static void settle(Executor itself) {
    NearPool.settle(new NearGuest(itself));
  }

  /**
   * By this thread only.
   *
   * @return false where it has enough, or comes to an end
   */
  boolean keep(NearPool pool, Runnable task) {
    if (kept.size() >= MOST) {
      return false;
    }
    if (!isAsked) {
      try {
        loop.execute(work);
      } catch (RejectedExecutionException e) {
        return false;
      }
      isAsked = true;
    }
    kept.add(new Kept(pool, task));
    return true;
  }

  private void work() {
    int done = 0;
    for (Kept next = kept.poll(); next != null; next = kept.poll()) {
      if (done < MOST) {
        done++;
        NearWorker.run(next.task());
      } else {
        next.pool().share(next.task());
      }
    }
    isAsked = false;
  }
}
