package org.streamingcommands.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one daemon thread that carries the bytes of every link of this JVM. All state of the links is
 * touched on it alone.
 */
final class LinkLoop {
  /** What a selection key's attachment does when its channel is ready. */
  interface Ready {
    void ready(SelectionKey key) throws IOException;
  }

  private record Later(long nanos, Runnable task) implements Comparable<Later> {
    @Override
    public int compareTo(Later other) {
      return Long.signum(nanos - other.nanos);
    }
  }

  private static final class Shared {
    static final LinkLoop LOOP = new LinkLoop();
  }

  private static final Logger log = LoggerFactory.getLogger(LinkLoop.class);

  private final Selector selector;
  private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
  private final PriorityQueue<Later> timers = new PriorityQueue<>();
  private final Thread thread;

  static LinkLoop shared() {
    return Shared.LOOP;
  }

  private LinkLoop() {
    try {
      selector = Selector.open();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    thread = new Thread(this::run, "faulty-links");
    thread.setDaemon(true);
    thread.start();
  }

  Selector selector() {
    return selector;
  }

  /** Runs the task on the loop and returns once it is done. */
  void call(Runnable task) {
    if (Thread.currentThread() == thread) {
      task.run();
      return;
    }
    CompletableFuture<Void> done = new CompletableFuture<>();
    tasks.add(
        () -> {
          try {
            task.run();
            done.complete(null);
          } catch (RuntimeException e) {
            done.completeExceptionally(e);
          }
        });
    selector.wakeup();
    done.join();
  }

  /** Runs the task on the loop at that time of {@link System#nanoTime()}. On the loop only. */
  void at(long nanos, Runnable task) {
    timers.add(new Later(nanos, task));
  }

  private void run() {
    while (true) {
      try {
        turn();
      } catch (IOException | RuntimeException e) {
        // One link's trouble must not stop the others.
        log.error("A link failed in a way that it must not", e);
      }
    }
  }

  private void turn() throws IOException {
    selector.select(untilNextMillis());
    for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
      task.run();
    }
    long now = System.nanoTime();
    while (!timers.isEmpty() && timers.peek().nanos() - now <= 0) {
      timers.remove().task().run();
    }
    for (SelectionKey key : selector.selectedKeys()) {
      if (key.isValid() && key.attachment() instanceof Ready ready) {
        ready.ready(key);
      }
    }
    selector.selectedKeys().clear();
  }

  /** 0 means for ever to a selector, so what is due now waits a millisecond. */
  private long untilNextMillis() {
    Later next = timers.peek();
    if (next == null) {
      return 0;
    }
    long nanos = next.nanos() - System.nanoTime();
    return Math.max(1, TimeUnit.NANOSECONDS.toMillis(nanos + 999_999));
  }
}
