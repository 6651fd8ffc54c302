package org.streamingcommands.client;

import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs a task one turn at a time, on whichever thread asks first; a request during a turn makes it
 * run once more afterwards, also a request from within. Nobody waits and no thread is started.
 */
final class Turns {
  private static final Logger LOG = LoggerFactory.getLogger(Turns.class);

  private final AtomicInteger requests = new AtomicInteger();
  private final Runnable task;

  Turns(Runnable task) {
    this.task = task;
  }

  void request() {
    if (requests.getAndIncrement() == 0) {
      serve();
    }
  }

  /** The same on another thread, for what is better done for many at once. */
  void requestOn(Executor thread) {
    if (requests.getAndIncrement() == 0) {
      thread.execute(this::serve);
    }
  }

  private void serve() {
    int served = 1;
    do {
      try {
        task.run();
      } catch (RuntimeException e) {
        // It must not keep the turn for ever.
        LOG.error("A turn of the api link failed", e);
      }
      served = requests.addAndGet(-served);
    } while (served != 0);
  }
}
