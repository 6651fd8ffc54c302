package org.streamingcommands.testkit;

import java.util.concurrent.atomic.AtomicInteger;

/** How many sends have not ended. */
final class Sends {
  private final AtomicInteger open = new AtomicInteger();

  void began() {
    open.incrementAndGet();
  }

  void ended() {
    open.decrementAndGet();
  }

  boolean isEmpty() {
    return open.get() <= 0;
  }
}
