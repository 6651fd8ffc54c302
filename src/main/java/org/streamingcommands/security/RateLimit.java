package org.streamingcommands.security;

import java.util.concurrent.TimeUnit;

/** So many a second on average, and at most a second's worth at once. Thread-safe. */
public final class RateLimit {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  private final int perSecond;
  private double left;
  private long lastNanos;

  /**
   * @param perSecond more than zero
   * @param nowNanos in terms of {@link System#nanoTime}
   */
  public RateLimit(int perSecond, long nowNanos) {
    this.perSecond = perSecond;
    this.left = perSecond;
    this.lastNanos = nowNanos;
  }

  /** Takes one, where there is one. */
  public synchronized boolean tryTake(long nowNanos) {
    refill(nowNanos);
    if (left < 1) {
      return false;
    }
    left--;
    return true;
  }

  /**
   * Takes one in any case.
   *
   * @return how long to wait until it would have been there, 0 where it was
   */
  public synchronized long takeAndWait(long nowNanos) {
    refill(nowNanos);
    left--;
    return left >= 0 ? 0 : (long) (-left * SECOND / perSecond);
  }

  synchronized boolean isEmpty(long nowNanos) {
    refill(nowNanos);
    return left < 1;
  }

  private void refill(long nowNanos) {
    double earned = (double) (nowNanos - lastNanos) * perSecond / SECOND;
    left = Math.min(perSecond, left + Math.max(0, earned));
    lastNanos = nowNanos;
  }
}
