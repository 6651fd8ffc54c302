package org.streamingcommands.connection;

import java.util.ArrayDeque;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.typed.ActorRef;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that a live stream's transport reads and writes on. An entity that runs there too
 * needs no other thread to be woken, neither for a command on its way out nor for the answer on its
 * way back: see {@link EntityExecutor}. Known per thread, so that no message has to carry it.
 */
public final class StreamThread {
  private static final Logger log = LoggerFactory.getLogger(StreamThread.class);

  /** Commands held back on one thread at most. */
  private static final int MOST_HELD = 1_024;

  private static final long LONGEST_HELD = TimeUnit.MILLISECONDS.toNanos(1);

  /** Set for good on the threads that are one. */
  private static final ThreadLocal<StreamThread> OWN = new ThreadLocal<>();

  /** Where an actor that is being told shall run, for as long as that takes. */
  private static final ThreadLocal<Executor> WANTED = new ThreadLocal<>();

  private final Executor loop;

  /** What waits until all that was read has been worked on. */
  private final ArrayDeque<Runnable> afterwards = new ArrayDeque<>();

  /** What was held back to be done in one go, since when, and how much that is. */
  private final ArrayDeque<Runnable> held = new ArrayDeque<>();

  private long heldSinceNanos;
  private int heldCount;

  private boolean isDraining;
  private boolean mayRunHere;
  private boolean isRunning;

  private StreamThread(Executor loop) {
    this.loop = loop;
  }

  /** Whether the caller runs on such a thread, where nothing may block. */
  public static boolean isCurrent() {
    return OWN.get() != null;
  }

  /** Says of the calling thread, for good, that it is the one that this executor runs all on. */
  public static void settle(Executor itself) {
    OWN.set(new StreamThread(itself));
  }

  /**
   * Whether something was held back on the calling thread. Its loop asks before it waits for more
   * to do, and calls {@link #release} where nothing else is left; or where this says that it is
   * high time.
   */
  public static Held held() {
    StreamThread here = OWN.get();
    if (here == null || here.heldCount == 0) {
      return Held.NOTHING;
    }
    boolean isDue =
        here.heldCount >= MOST_HELD || System.nanoTime() - here.heldSinceNanos >= LONGEST_HELD;
    return isDue ? Held.DUE : Held.SOME;
  }

  /** See {@link #held}. */
  public enum Held {
    NOTHING,
    SOME,
    DUE
  }

  /**
   * Holds something back until the calling thread has nothing else to do, a millisecond at most:
   * what is written in one go costs both ends less.
   *
   * @param thread where it must be done
   * @param flush does it, together with what is held back after; null where it was given before
   * @return false where the caller is not on that thread, and must do it itself
   */
  public static boolean hold(Executor thread, @Nullable Runnable flush) {
    StreamThread here = OWN.get();
    if (here == null || here.loop != thread) {
      return false;
    }
    if (flush != null) {
      if (here.heldCount == 0) {
        here.heldSinceNanos = System.nanoTime();
      }
      here.held.add(flush);
    }
    here.heldCount++;
    return true;
  }

  /** Does all that was held back on the calling thread. */
  public static void release() {
    StreamThread here = OWN.get();
    if (here == null) {
      return;
    }
    here.heldCount = 0;
    for (int left = here.held.size(); left > 0; left--) {
      try {
        here.held.remove().run();
      } catch (RuntimeException e) {
        log.error("a stream could not be written to", e);
      }
    }
  }

  /** Tells an actor, which is to run on this thread if it is idle; null: wherever it would. */
  static <M> void tell(ActorRef<M> actor, M message, @Nullable Executor thread) {
    if (thread == null) {
      actor.tell(message);
      return;
    }
    Executor before = WANTED.get();
    WANTED.set(thread);
    try {
      actor.tell(message);
    } finally {
      WANTED.set(before);
    }
  }

  /**
   * Tells an actor, which runs before this returns if it is idle and the caller is on a stream's
   * thread. The caller must hold no lock.
   */
  static <M> void tellAndRun(ActorRef<M> actor, M message) {
    StreamThread here = OWN.get();
    if (here == null || here.isRunning) {
      actor.tell(message);
      return;
    }
    here.mayRunHere = true;
    try {
      actor.tell(message);
    } finally {
      here.mayRunHere = false;
    }
  }

  /**
   * Runs a task once what this thread has to do now is done, after those that came before; at once
   * where the caller is on no stream's thread. Many answers then wake who waits for them once, and
   * not once each.
   */
  static void afterwards(Runnable task) {
    StreamThread here = OWN.get();
    if (here == null) {
      task.run();
      return;
    }
    here.afterwards.add(task);
    if (!here.isDraining) {
      here.isDraining = true;
      try {
        here.loop.execute(here::drain);
      } catch (RejectedExecutionException e) {
        // The edge has stopped, and who waits for an answer has not.
        here.drain();
      }
    }
  }

  private void drain() {
    try {
      for (Runnable task = afterwards.poll(); task != null; task = afterwards.poll()) {
        task.run();
      }
    } finally {
      isDraining = false;
    }
  }

  /**
   * Runs an actor's turn where it is wanted.
   *
   * @return false where that is on no stream's thread
   */
  static boolean run(Runnable turn) {
    StreamThread here = OWN.get();
    if (here != null && here.mayRunHere) {
      here.mayRunHere = false;
      here.isRunning = true;
      try {
        turn.run();
      } finally {
        here.isRunning = false;
      }
      return true;
    }
    Executor wanted = WANTED.get();
    Executor thread = wanted == null && here != null ? here.loop : wanted;
    if (thread == null) {
      return false;
    }
    try {
      thread.execute(turn);
      return true;
    } catch (RejectedExecutionException e) {
      // The edge has stopped; its clients' entities have not.
      return false;
    }
  }
}
