package org.streamingcommands.connection;

import java.util.ArrayDeque;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.apache.pekko.actor.typed.ActorRef;
import org.jspecify.annotations.Nullable;
import org.streamingcommands.dispatch.NearGuest;

/**
 * The one thread that a live stream's transport reads and writes on. An entity that runs there too
 * needs no other thread to be woken, neither for a command on its way out nor for the answer on its
 * way back: see {@link EntityExecutor}. Known per thread, so that no message has to carry it.
 */
public final class StreamThread {
  /** Set for good on the threads that are one. */
  private static final ThreadLocal<StreamThread> OWN = new ThreadLocal<>();

  /** Where an actor that is being told shall run, for as long as that takes. */
  private static final ThreadLocal<Executor> WANTED = new ThreadLocal<>();

  private final Executor loop;

  /** What waits until all that was read has been worked on. */
  private final ArrayDeque<Runnable> afterwards = new ArrayDeque<>();

  private final Runnable drain = this::drain;

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
    NearGuest.settle(itself);
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
        here.loop.execute(here.drain);
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
