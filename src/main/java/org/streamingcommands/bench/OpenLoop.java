package org.streamingcommands.bench;

import com.google.protobuf.BytesValue;
import com.google.protobuf.Empty;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongConsumer;
import org.HdrHistogram.ConcurrentHistogram;
import org.streamingcommands.command.Outcome;

/**
 * Asks at a fixed rate, over all clients in turn. What an ask takes counts from when it was due, so
 * that a stall is felt by all who would have asked meanwhile (coordinated omission).
 */
final class OpenLoop implements LongConsumer {
  private static final int DIGITS = 3;
  private static final long PATIENCE_SECONDS = 10;

  private final List<Sender.Target> targets;
  private final BytesValue command;
  private final ConcurrentHistogram nanos = new ConcurrentHistogram(DIGITS);
  private final Semaphore ended = new Semaphore(0);
  private final LongAdder completed = new LongAdder();
  private int next;
  private long failed;

  private OpenLoop(List<Sender.Target> targets, BytesValue command) {
    this.targets = targets;
    this.command = command;
  }

  /** Returns when all have ended, or are late beyond hope. */
  static OpenLoop run(List<Sender.Target> targets, BytesValue command, int rate, Duration time)
      throws InterruptedException {
    OpenLoop loop = new OpenLoop(targets, command);
    int asks = Pace.run(rate, time, loop);
    boolean all = loop.ended.tryAcquire(asks, PATIENCE_SECONDS, TimeUnit.SECONDS);
    long notCompleted = asks - loop.completed.sum();
    loop.failed = all ? notCompleted : Math.max(1, notCompleted);
    return loop;
  }

  @Override
  public void accept(long due) {
    targets
        .get(next++ % targets.size())
        .ask(command)
        .whenComplete((outcome, error) -> ended(outcome, error, System.nanoTime() - due));
  }

  private void ended(Outcome<Empty> outcome, Throwable error, long took) {
    nanos.recordValue(took);
    if (error == null && outcome.isCompleted()) {
      completed.increment();
    }
    ended.release();
  }

  /** How many did not complete. */
  long failed() {
    return failed;
  }

  Line addTo(Line line) {
    return Percentiles.of(nanos).addTo(line.with("failed", failed));
  }
}
