package org.streamingcommands.connection;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Many things, each with the time when it is to be looked at next. The times lie close together in
 * memory, so that it costs next to nothing to find the few that are due: what is not due is not
 * touched. Thread-safe; looked through by one thread at a time.
 *
 * @param <T> of what kind
 */
final class DueList<T> {
  private static final int BLOCK = 1024;

  private static final class Block<T> {
    final AtomicReferenceArray<@Nullable T> things = new AtomicReferenceArray<>(BLOCK);
    final AtomicLongArray dues = new AtomicLongArray(BLOCK);
  }

  /** Grows only. */
  private volatile Block<T>[] blocks = blocks(0);

  // Under the lock: the places that are free, the last to be taken first.
  private int[] free = {};
  private int freeCount;

  @SuppressWarnings({"unchecked", "rawtypes"}) // Of a generic class there is no array.
  private static <T> Block<T>[] blocks(int count) {
    return new Block[count];
  }

  /**
   * One more, due at once.
   *
   * @return its place until it is removed
   */
  synchronized int add(T thing) {
    if (freeCount == 0) {
      grow();
    }
    int place = free[--freeCount];
    Block<T> block = blocks[place / BLOCK];
    block.dues.set(place % BLOCK, System.nanoTime());
    block.things.set(place % BLOCK, thing);
    return place;
  }

  private void grow() {
    Block<T>[] more = Arrays.copyOf(blocks, blocks.length + 1);
    more[blocks.length] = new Block<>();
    int first = blocks.length * BLOCK;
    free = Arrays.copyOf(free, first + BLOCK);
    // The first one last, where it is taken from: places stay close together.
    for (int place = first + BLOCK - 1; place >= first; place--) {
      free[freeCount++] = place;
    }
    blocks = more;
  }

  synchronized void remove(int place) {
    blocks[place / BLOCK].things.set(place % BLOCK, null);
    free[freeCount++] = place;
  }

  /** What is there is due at once, also where it is looked at just now. */
  void hurry(int place) {
    blocks[place / BLOCK].dues.set(place % BLOCK, System.nanoTime());
  }

  /** Into how many parts it has grown. */
  int parts() {
    return blocks.length;
  }

  /**
   * Looks at whatever is due in one part.
   *
   * @param now in terms of {@link System#nanoTime}, as all times here
   * @param look says when it is due next
   */
  void lookAtDue(int part, long now, ToLongFunction<T> look) {
    Block<T> block = blocks[part];
    for (int i = 0; i < BLOCK; i++) {
      long due = block.dues.get(i);
      if (now - due >= 0) {
        T thing = block.things.get(i);
        if (thing != null) {
          // Unless somebody was in a hurry meanwhile, or it is another one's place by now.
          block.dues.compareAndSet(i, due, look.applyAsLong(thing));
        }
      }
    }
  }
}
