package org.streamingcommands.agent;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A clock that stands, and timers that go off when the test says so. */
final class ManualTimers implements Timers {
  private record Task(Duration delay, Runnable action) {}

  private final List<Task> tasks = new ArrayList<>();
  private Instant now = Instant.now();
  private long nanos;

  @Override
  public synchronized Instant now() {
    return now;
  }

  @Override
  public synchronized long nanos() {
    return nanos;
  }

  @Override
  public synchronized Timer schedule(Duration delay, Runnable action) {
    var task = new Task(delay, action);
    tasks.add(task);
    notifyAll();
    return () -> remove(task);
  }

  private synchronized void remove(Task task) {
    tasks.removeIf(other -> other == task);
  }

  synchronized void pass(Duration time) {
    now = now.plus(time);
    nanos += time.toNanos();
  }

  /**
   * Lets that much time pass and runs the one task that was scheduled for it. Waits for the task.
   */
  void fire(Duration delay) {
    fireAfter(delay, delay);
  }

  /** The same for a task that was scheduled a while ago. */
  void fireAfter(Duration time, Duration delay) {
    Runnable task = await(delay);
    pass(time);
    task.run();
  }

  private synchronized Runnable await(Duration delay) {
    long limit = System.nanoTime() + TimeUnit.SECONDS.toNanos(ScriptedEdge.LIMIT_SECONDS);
    while (true) {
      Optional<Task> due = tasks.stream().filter(task -> task.delay.equals(delay)).findFirst();
      if (due.isPresent()) {
        remove(due.get());
        return due.get().action;
      }
      long left = TimeUnit.NANOSECONDS.toMillis(limit - System.nanoTime());
      if (left <= 0) {
        throw new AssertionError("nothing is scheduled in " + delay + " but " + tasks);
      }
      try {
        wait(left);
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }
}
