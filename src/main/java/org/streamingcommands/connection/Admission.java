package org.streamingcommands.connection;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Decides at its hello whether a client is taken in, and when one that is not shall come again.
 * Those who come too fast are each given a moment of their own, one after another at the rate that
 * the node takes them, so that a herd comes back as a queue. Thread-safe.
 */
final class Admission {
  /** However many wait, nobody is sent away for longer than so many times retry-after. */
  private static final int LONGEST = 10;

  private final AdmissionSettings settings;
  private final LongSupplier nanos;
  private final long nanosPerClient;

  // All below is guarded by this.
  private int connected;
  private long paidUntil;
  private long lastReturn;

  /**
   * @param nanos such as {@link System#nanoTime}
   */
  Admission(AdmissionSettings settings, LongSupplier nanos) {
    this.settings = settings;
    this.nanos = nanos;
    this.nanosPerClient =
        settings.acceptRate() == 0 ? 0 : TimeUnit.SECONDS.toNanos(1) / settings.acceptRate();
    this.paidUntil = nanos.getAsLong();
    this.lastReturn = paidUntil;
  }

  /**
   * Takes a client in, until it {@link #left}, or says goodbye.
   *
   * @return null where it was taken in
   */
  synchronized @Nullable Goodbye enter() {
    if (settings.maxConnections() > 0 && connected >= settings.maxConnections()) {
      double share = 1 + ThreadLocalRandom.current().nextDouble();
      return overloaded(
          (long) (settings.retryAfter().toNanos() * share),
          "the node has %d clients, which is all it takes".formatted(connected));
    }
    long now = nanos.getAsLong();
    if (nanosPerClient > 0) {
      paidUntil = Math.max(paidUntil - now, 0) + now;
      if (paidUntil - now > (settings.acceptBurst() - 1) * nanosPerClient) {
        return overloaded(nextReturn(now), "the node takes no more clients in at once");
      }
      paidUntil += nanosPerClient;
    }
    connected++;
    return null;
  }

  private long nextReturn(long now) {
    long soonest = settings.retryAfter().toNanos();
    long delay = Math.max(lastReturn - now + nanosPerClient, soonest);
    delay = Math.min(delay, LONGEST * soonest);
    lastReturn = now + delay;
    return delay;
  }

  private static Goodbye overloaded(long delayNanos, String message) {
    return new Goodbye(Goodbye.Cause.OVERLOADED, Duration.ofNanos(delayNanos), message);
  }

  /** One that was taken in is gone. */
  synchronized void left() {
    connected--;
  }
}
