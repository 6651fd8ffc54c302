package org.streamingcommands.connection;

import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;

/**
 * When a stream that waits for its entity asks for it again: after pauses that grow, and differ
 * from stream to stream. The region keeps what is asked while a lost node's shards have no place,
 * and the thousands who wait then must not push out of its buffer what cannot be asked again.
 * Thread-safe.
 */
final class AttachPace {
  static final long FIRST_NANOS = TimeUnit.SECONDS.toNanos(1);
  static final long LONGEST_NANOS = TimeUnit.SECONDS.toNanos(8);

  /** A pause is longer or shorter by up to this part of it. */
  static final double JITTER = 0.25;

  private final DoubleSupplier random;
  private long pauseNanos = FIRST_NANOS;
  private long dueNanos;

  /**
   * @param random from 0 to 1
   */
  AttachPace(DoubleSupplier random) {
    this.random = random;
  }

  /** It asked now. */
  synchronized void asked(long nowNanos) {
    double factor = 1 + JITTER * (2 * random.getAsDouble() - 1);
    dueNanos = nowNanos + (long) (pauseNanos * factor);
    pauseNanos = Math.min(2 * pauseNanos, LONGEST_NANOS);
  }

  /** Whether it is time to ask again. */
  synchronized boolean isDue(long nowNanos) {
    return nowNanos - dueNanos >= 0;
  }

  /** The entity was found, or there is news of where it may be: the pauses begin anew. */
  synchronized void startOver() {
    pauseNanos = FIRST_NANOS;
  }
}
