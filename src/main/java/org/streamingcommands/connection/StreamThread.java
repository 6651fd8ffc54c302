package org.streamingcommands.connection;

import java.util.concurrent.Executor;
import org.apache.pekko.actor.typed.ActorRef;
import org.jspecify.annotations.Nullable;

/**
 * The one thread that a live stream's transport reads and writes on. An entity that runs there too
 * needs no other thread to be woken, neither for a command on its way out nor for the answer on its
 * way back: see {@link EntityExecutor}. Known per thread, so that no message has to carry it.
 */
public final class StreamThread {
  private static final ThreadLocal<Executor> CURRENT = new ThreadLocal<>();

  private StreamThread() {}

  /** Whether the caller runs on such a thread, where nothing may block. */
  public static boolean isCurrent() {
    return CURRENT.get() != null;
  }

  /** Says of the calling thread, for good, that it is the one that this executor runs all on. */
  public static void settle(Executor itself) {
    CURRENT.set(itself);
  }

  static @Nullable Executor current() {
    return CURRENT.get();
  }

  /** Tells an actor, which is to run on this thread if it is idle; null: wherever it would. */
  static <M> void tell(ActorRef<M> actor, M message, @Nullable Executor thread) {
    Executor before = CURRENT.get();
    if (thread == null || thread == before) {
      actor.tell(message);
      return;
    }
    CURRENT.set(thread);
    try {
      actor.tell(message);
    } finally {
      CURRENT.set(before);
    }
  }
}
