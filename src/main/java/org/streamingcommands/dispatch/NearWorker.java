package org.streamingcommands.dispatch;

import java.util.ArrayDeque;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** One thread of a {@link NearPool}, and what waits for it. */
final class NearWorker implements Runnable {
  /** After so many of its own, it looks for what came from outside. */
  private static final int TURNS = 16;

  /** After so many in a row, it looks what the outside brings, and does one of the last. */
  private static final int LONG = 64;

  private final NearPool pool;

  /** Under its own lock: others take from it where this thread cannot keep up. */
  private final ArrayDeque<Runnable> kept = new ArrayDeque<>();

  /** Waits until nothing of {@link #kept} does; under the same lock. */
  private final ArrayDeque<Runnable> last = new ArrayDeque<>();

  /** How many of both there are. */
  private volatile int waiting;

  /** Counts tasks begun and ended: odd while one runs. Written by this thread alone. */
  private volatile long turns;

  /** As the watch saw it last. */
  private long turnsSeen;

  private boolean wasWoken;
  private @Nullable Thread thread;

  NearWorker(NearPool pool) {
    this.pool = pool;
  }

  void start(ThreadFactory factory) {
    Thread started = factory.newThread(this);
    thread = started;
    started.start();
  }

  boolean isOf(NearPool other) {
    return pool == other;
  }

  /** By this thread only. */
  void keep(Runnable task) {
    int now;
    synchronized (kept) {
      kept.addLast(task);
      now = kept.size() + last.size();
      waiting = now;
    }
    pool.kept(now);
  }

  /**
   * Comes after all that is kept here meanwhile, unless that is without end. By this thread only.
   */
  void keepLast(Runnable task) {
    synchronized (kept) {
      last.addLast(task);
      waiting = kept.size() + last.size();
    }
  }

  /** The eldest that waits here, where there are more than so many; null where not. */
  @Nullable Runnable give(int more) {
    if (waiting <= more) {
      return null;
    }
    synchronized (kept) {
      if (kept.size() + last.size() <= more) {
        return null;
      }
      Runnable task = kept.isEmpty() ? last.pollFirst() : kept.pollFirst();
      waiting = kept.size() + last.size();
      return task;
    }
  }

  private @Nullable Runnable giveLast() {
    synchronized (kept) {
      Runnable task = last.pollFirst();
      waiting = kept.size() + last.size();
      return task;
    }
  }

  boolean isBusy() {
    return (turns & 1) != 0;
  }

  /** Whether it is in the same task as at the last call. By the watch only. */
  boolean isStuck() {
    long now = turns;
    boolean same = now == turnsSeen && (now & 1) != 0;
    turnsSeen = now;
    return same;
  }

  void wake() {
    LockSupport.unpark(thread);
  }

  @Override
  public void run() {
    NearPool.settle(this);
    try {
      while (step()) {
        // One task after the other, and rests in between.
      }
    } finally {
      pool.ended();
    }
  }

  /**
   * @return false once the pool ends and nothing is left
   */
  private boolean step() {
    Runnable task = look();
    if (task != null) {
      settleWake(true);
      work(task);
      return true;
    }
    Runnable last = pool.lastly();
    if (last != null) {
      settleWake(true);
      run(last);
      return true;
    }
    settleWake(false);
    return rest();
  }

  private void work(Runnable first) {
    pool.busy();
    int done = 0;
    for (Runnable task = first; task != null; ) {
      turns++;
      run(task);
      turns++;
      done++;
      if (done >= LONG && pool.hasLastly()) {
        lookOutside();
        return;
      }
      task = done % LONG == 0 ? giveLast() : done % TURNS == 0 ? pool.fromOutside() : null;
      if (task == null) {
        task = give(0);
      }
    }
  }

  /** It may wait there: what it has goes to others first. */
  private void lookOutside() {
    Runnable last = pool.lastly();
    if (last != null) {
      pool.shed(this);
      run(last);
    }
  }

  static void run(Runnable task) {
    try {
      task.run();
    } catch (Throwable e) {
      // As at a thread's own end: who made the thread knows what to do with it.
      Thread here = Thread.currentThread();
      here.getUncaughtExceptionHandler().uncaughtException(here, e);
    }
  }

  private @Nullable Runnable look() {
    Runnable task = give(0);
    if (task == null) {
      task = pool.fromOutside();
    }
    return task == null ? pool.steal(this) : task;
  }

  private boolean rest() {
    pool.rests(this);
    // What came before anybody could see this one rest is found now.
    Runnable task = look();
    if (task == null && !pool.hasLastly()) {
      if (pool.isEnding()) {
        return false;
      }
      LockSupport.park(pool);
    }
    wasWoken = !pool.rises(this);
    if (task != null) {
      settleWake(true);
      work(task);
    }
    return true;
  }

  private void settleWake(boolean found) {
    if (wasWoken) {
      wasWoken = false;
      pool.looked(found);
    }
  }
}
