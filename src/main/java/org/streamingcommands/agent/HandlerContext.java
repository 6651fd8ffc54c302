package org.streamingcommands.agent;

import io.grpc.Context;
import io.grpc.Deadline;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The gRPC context of a handler: calls that it makes inherit the command's deadline. */
final class HandlerContext {
  /** What is longer than this is no deadline. */
  private static final Duration LONGEST = Duration.ofDays(3650);

  private HandlerContext() {}

  /** To be cancelled when the command is, and in any case when it ended. */
  static Context.CancellableContext of(Duration remaining) {
    if (remaining.compareTo(LONGEST) > 0) {
      return Context.current().withCancellation();
    }
    Deadline deadline = Deadline.after(remaining.toNanos(), TimeUnit.NANOSECONDS);
    return Context.current().withDeadline(deadline, NoTimer.INSTANCE);
  }

  /**
   * Schedules nothing: one watch of the agent cancels whatever is past its deadline, so a timer for
   * each command would be a second one.
   */
  private static final class NoTimer extends AbstractExecutorService
      implements ScheduledExecutorService {
    static final NoTimer INSTANCE = new NoTimer();

    @Override
    // Null: a context takes none for what is not scheduled.
    public @Nullable ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
      return null;
    }

    @Override
    public <V> ScheduledFuture<V> schedule(Callable<V> task, long delay, TimeUnit unit) {
      throw new UnsupportedOperationException();
    }

    @Override
    public ScheduledFuture<?> scheduleAtFixedRate(
        Runnable task, long initialDelay, long period, TimeUnit unit) {
      throw new UnsupportedOperationException();
    }

    @Override
    public ScheduledFuture<?> scheduleWithFixedDelay(
        Runnable task, long initialDelay, long delay, TimeUnit unit) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void execute(Runnable task) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void shutdown() {}

    @Override
    public List<Runnable> shutdownNow() {
      return List.of();
    }

    @Override
    public boolean isShutdown() {
      return false;
    }

    @Override
    public boolean isTerminated() {
      return false;
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
      return false;
    }
  }
}
