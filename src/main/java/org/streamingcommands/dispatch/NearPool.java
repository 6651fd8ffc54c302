package org.streamingcommands.dispatch;

import java.util.Arrays;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Threads that keep what they start: a task that is given by one of them waits for that very
 * thread, and no other is woken for it. Where a message goes through a row of actors, as it does
 * between a socket and an entity, a pool that wakes an idle thread for each of them spends most of
 * its time with waking: some ten microseconds a hop, many times what the hop itself takes.
 *
 * <p>Others help where that would do harm: when more than a few tasks wait for one thread, and when
 * one has been busy with a single task for a while, for it may be blocked. What is given from
 * outside wakes an idle thread, as everywhere.
 *
 * <p>A task that waits for the outside, as a selector does for sockets, is given <i>lastly</i>: a
 * thread takes it when it has nothing else to do, in place of resting. What it brings in is worked
 * on by the same thread, as in an event loop.
 *
 * <p><b>Order.</b> None between tasks, as with every executor of more than one thread.
 */
public final class NearPool implements Executor {
  private static final ThreadLocal<NearWorker> CURRENT = new ThreadLocal<>();

  private static final ThreadLocal<NearGuest> GUEST = new ThreadLocal<>();

  /** So many wait for a thread before another one is woken to help. */
  private static final int FEW = 8;

  /** How long a thread may be busy with one task before what waits for it goes to others. */
  private static final long BUSY_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  private final ConcurrentLinkedQueue<Runnable> fromOutside = new ConcurrentLinkedQueue<>();
  private final ConcurrentLinkedQueue<Runnable> lastly = new ConcurrentLinkedQueue<>();
  private final ConcurrentLinkedDeque<NearWorker> idle = new ConcurrentLinkedDeque<>();

  /** An array: each thread goes over it whenever it finds nothing to do. */
  private final NearWorker[] workers;

  /** Woken, and not yet at work: whatever comes meanwhile is found by them. */
  private final AtomicInteger looking = new AtomicInteger();

  /** How many share it; with none it ends. */
  private final AtomicInteger users = new AtomicInteger(1);

  private final CountDownLatch ended;
  private final Thread watch;
  private volatile boolean isEnding;
  private volatile boolean isAnybodyBusy;
  private volatile boolean isWatchAsleep;

  /** With one user. */
  NearPool(int threads, ThreadFactory factory) {
    ended = new CountDownLatch(threads);
    workers = new NearWorker[threads];
    Arrays.setAll(workers, i -> new NearWorker(this));
    watch = factory.newThread(this::watch);
    for (NearWorker worker : workers) {
      worker.start(factory);
    }
    watch.start();
  }

  /**
   * Runs a task on the calling thread, later, if that is one of a pool.
   *
   * @return false where it is not; then nothing was done
   */
  public static boolean stay(Runnable task) {
    NearWorker here = CURRENT.get();
    if (here == null) {
      return false;
    }
    here.keep(task);
    return true;
  }

  /**
   * The same, once the thread has done all else that waits for it: for what is better done for many
   * at once.
   */
  public static boolean stayToTheLast(Runnable task) {
    NearWorker here = CURRENT.get();
    if (here == null) {
      return false;
    }
    here.keepLast(task);
    return true;
  }

  @Override
  public void execute(Runnable task) {
    NearWorker here = CURRENT.get();
    if (here != null && here.isOf(this)) {
      here.keep(task);
      return;
    }
    NearGuest guest = here == null ? GUEST.get() : null;
    if (guest == null || !guest.keep(this, task)) {
      share(task);
    }
  }

  /** Gives it to whoever has time. */
  void share(Runnable task) {
    fromOutside.add(task);
    help();
  }

  /** For a task that may wait for something from outside. */
  void executeLastly(Runnable task) {
    lastly.add(task);
    NearWorker here = CURRENT.get();
    if (here == null || !here.isOf(this)) {
      help();
    }
  }

  /** Wakes one that is idle, unless one is awake and looking. */
  private void help() {
    if (looking.get() == 0) {
      NearWorker one = idle.pollFirst();
      if (one != null) {
        looking.incrementAndGet();
        one.wake();
      }
    }
  }

  // ---- what workers say and ask -------------------------------------------------------------

  static void settle(NearWorker here) {
    CURRENT.set(here);
  }

  static void settle(NearGuest here) {
    GUEST.set(here);
  }

  /** So many wait for one thread now. */
  void kept(int waiting) {
    if (waiting > FEW) {
      help();
    }
  }

  /** One has to wait for the outside, and leaves these to others. */
  void shed(NearWorker from) {
    boolean any = false;
    for (Runnable task = from.give(0); task != null; task = from.give(0)) {
      fromOutside.add(task);
      any = true;
    }
    if (any) {
      help();
    }
  }

  @Nullable Runnable fromOutside() {
    return fromOutside.poll();
  }

  /** One that waits for another thread which has enough. */
  @Nullable Runnable steal(NearWorker thief) {
    for (NearWorker other : workers) {
      Runnable task = other == thief ? null : other.give(FEW);
      if (task != null) {
        return task;
      }
    }
    return null;
  }

  boolean hasLastly() {
    return !lastly.isEmpty();
  }

  /** What may wait for the outside; if there is more of that, for another thread. */
  @Nullable Runnable lastly() {
    Runnable task = lastly.poll();
    if (task != null && !lastly.isEmpty()) {
      help();
    }
    return task;
  }

  /** The one that was woken found something, or nothing; there may be more for another. */
  void looked(boolean found) {
    looking.decrementAndGet();
    if (found && !fromOutside.isEmpty()) {
      help();
    }
  }

  void rests(NearWorker worker) {
    idle.addFirst(worker);
  }

  /**
   * @return whether it was still resting, so that nobody has woken it
   */
  boolean rises(NearWorker worker) {
    return idle.remove(worker);
  }

  /** Some thread has begun to work. The watch looks at it a while later. */
  void busy() {
    if (!isAnybodyBusy) {
      isAnybodyBusy = true;
      // One that only waits for its time is not to be woken: this is said for every task.
      if (isWatchAsleep) {
        LockSupport.unpark(watch);
      }
    }
  }

  void ended() {
    ended.countDown();
    LockSupport.unpark(watch);
  }

  // ---- those who are blocked ----------------------------------------------------------------

  /**
   * While anything is done here, looks every so often whether someone is stuck with work of others.
   */
  private void watch() {
    while (ended.getCount() > 0) {
      isWatchAsleep = true;
      while (!isAnybodyBusy && !isEnding) {
        LockSupport.park(this);
      }
      isWatchAsleep = false;
      isAnybodyBusy = false;
      LockSupport.parkNanos(this, BUSY_NANOS);
      for (NearWorker worker : workers) {
        rescue(worker);
      }
    }
  }

  private void rescue(NearWorker worker) {
    if (worker.isBusy()) {
      isAnybodyBusy = true;
    }
    if (worker.isStuck()) {
      shed(worker);
      if (hasLastly()) {
        help();
      }
    }
  }

  // ---- the end ------------------------------------------------------------------------------

  /**
   * One more uses it.
   *
   * @return false where it has ended
   */
  boolean enter() {
    return users.getAndUpdate(count -> count == 0 ? 0 : count + 1) > 0;
  }

  /** One less. After the last one it does what it has, and its threads end. */
  void leave() {
    if (users.decrementAndGet() == 0) {
      isEnding = true;
      for (NearWorker worker : workers) {
        worker.wake();
      }
      LockSupport.unpark(watch);
    }
  }

  boolean isEnding() {
    return isEnding;
  }

  boolean isTerminated() {
    return ended.getCount() == 0;
  }

  boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
    return ended.await(timeout, unit);
  }
}
