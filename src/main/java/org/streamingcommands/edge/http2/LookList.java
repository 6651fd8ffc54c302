package org.streamingcommands.edge.http2;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one loop looks after, each with the time when it is to be looked at next. The times lie side
 * by side, so that the few that are due are found without touching the rest. For the loop's thread
 * only.
 *
 * @param <T> of what kind
 */
final class LookList<T extends LookList.Item> {
  private static final Logger log = LoggerFactory.getLogger(LookList.class);

  private static final int SOME = 16;

  /** Where one is that was removed. */
  static final int NOWHERE = -1;

  interface Item {
    /**
     * Does what is due.
     *
     * @return when to look again, in terms of {@link System#nanoTime}, as all times here
     */
    long look(long nowNanos);

    /** Has another place from now on. */
    void moveTo(int place);
  }

  /** In no order: each knows its place. */
  private final List<T> items = new ArrayList<>();

  private long[] dues = new long[SOME];

  /**
   * One more, to be looked at soon.
   *
   * @return its place, until it is told another
   */
  int add(T item) {
    int place = items.size();
    if (place == dues.length) {
      dues = Arrays.copyOf(dues, 2 * place);
    }
    items.add(item);
    lookSoon(place);
    return place;
  }

  /** Puts the last one in its place. */
  void remove(int place) {
    int end = items.size() - 1;
    T last = items.remove(end);
    if (place < end) {
      items.set(place, last);
      dues[place] = dues[end];
      last.moveTo(place);
    }
  }

  /** What time brings for this one has changed. */
  void lookSoon(int place) {
    if (place != NOWHERE) {
      dues[place] = System.nanoTime();
    }
  }

  /** Looks at those that are due. */
  void look(long now) {
    // From the end: one that goes is replaced by one that was looked at.
    for (int place = items.size() - 1; place >= 0; place--) {
      if (now - dues[place] >= 0) {
        look(place, now);
      }
    }
  }

  private void look(int place, long now) {
    T item = items.get(place);
    try {
      long due = dues[place];
      long next = item.look(now);
      // Unless it is another's place by now, or something has changed again meanwhile.
      if (place < items.size() && items.get(place) == item && dues[place] == due) {
        dues[place] = next;
      }
    } catch (RuntimeException e) {
      log.error("a connection could not be looked after", e);
    }
  }

  /** All that are there now; the action may remove any. */
  void forEach(Consumer<T> action) {
    List.copyOf(items).forEach(action);
  }
}
