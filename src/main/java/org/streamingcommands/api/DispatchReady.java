package org.streamingcommands.api;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The asks of one Dispatch stream that have something to write. Many threads add, the stage takes
 * all of them at once; the stage is woken by the first after each taking, so that one wake-up
 * serves as many answers as came meanwhile. An ask is in here at most once and is itself the list's
 * node: nothing is allocated.
 */
final class DispatchReady {
  private final AtomicReference<@Nullable DispatchAsk> newest = new AtomicReference<>();
  private final Runnable wakeStage;

  DispatchReady(Runnable wakeStage) {
    this.wakeStage = wakeStage;
  }

  void add(DispatchAsk ask) {
    DispatchAsk before;
    do {
      before = newest.get();
      ask.next = before;
    } while (!newest.compareAndSet(before, ask));
    if (before == null) {
      wakeStage.run();
    }
  }

  /** All, the oldest first, linked by {@link DispatchAsk#next}; null for none. */
  @Nullable DispatchAsk takeAll() {
    DispatchAsk ask = newest.getAndSet(null);
    DispatchAsk oldestFirst = null;
    while (ask != null) {
      DispatchAsk older = ask.next;
      ask.next = oldestFirst;
      oldestFirst = ask;
      ask = older;
    }
    return oldestFirst;
  }
}
