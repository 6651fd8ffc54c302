package org.streamingcommands.connection;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.ToLongFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A {@link DueList} of things that have one thread in common, and are looked at on it: what is
 * theirs lies near its processor, and what they write then needs no other thread to be woken.
 * Thread-safe.
 *
 * @param <T> of what kind
 */
final class ThreadDues<T> {
  private static final Logger log = LoggerFactory.getLogger(ThreadDues.class);

  private final Executor thread;
  private final DueList<T> dues = new DueList<>();
  private final AtomicBoolean isLooking = new AtomicBoolean();

  /**
   * @param thread runs all on one thread, or on the caller's
   */
  ThreadDues(Executor thread) {
    this.thread = thread;
  }

  /**
   * One more, due at once.
   *
   * @return its place until it is removed
   */
  int add(T thing) {
    return dues.add(thing);
  }

  void remove(int place) {
    dues.remove(place);
  }

  /** What is there is due at once. */
  void hurry(int place) {
    dues.hurry(place);
  }

  /**
   * Looks at those that are due, unless it is still at it. A part at a time: with many thousands,
   * the thread comes to what else it has to do in between.
   *
   * @param look says when it is due next
   */
  void lookAtDue(ToLongFunction<T> look) {
    if (isLooking.compareAndSet(false, true)) {
      goOn(look, 0);
    }
  }

  private void goOn(ToLongFunction<T> look, int part) {
    if (part >= dues.parts()) {
      isLooking.set(false);
      return;
    }
    Runnable task =
        () -> {
          long now = System.nanoTime();
          dues.lookAtDue(part, now, thing -> look(look, thing, now));
          goOn(look, part + 1);
        };
    try {
      thread.execute(task);
    } catch (RejectedExecutionException e) {
      // The transport has stopped; they are still to hear of what is overdue.
      task.run();
    }
  }

  private static <T> long look(ToLongFunction<T> look, T thing, long nowNanos) {
    try {
      return look.applyAsLong(thing);
    } catch (RuntimeException e) {
      log.error("{} could not be looked after", thing, e);
      return nowNanos;
    }
  }
}
