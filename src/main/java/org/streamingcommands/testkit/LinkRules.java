package org.streamingcommands.testkit;

import java.util.concurrent.TimeUnit;

/** What is wrong with one direction of a link, now. On the loop only. */
final class LinkRules {
  static final long UNLIMITED = Long.MAX_VALUE;

  /** No byte passes. */
  boolean halted;

  long delayNanos;
  long jitterNanos;

  private long bytesPerSecond = UNLIMITED;
  private double allowance;
  private long refilledNanos;

  void heal() {
    halted = false;
    delayNanos = 0;
    jitterNanos = 0;
    bytesPerSecond = UNLIMITED;
  }

  void throttle(long rate) {
    bytesPerSecond = rate;
    allowance = 0;
    refilledNanos = System.nanoTime();
  }

  /** How many bytes may pass now; the connections of a link share them. */
  int allowance(long nowNanos) {
    if (bytesPerSecond == UNLIMITED) {
      return Integer.MAX_VALUE;
    }
    double refill =
        (double) bytesPerSecond * (nowNanos - refilledNanos) / TimeUnit.SECONDS.toNanos(1);
    // What was not used within a twentieth of a second is gone, so that there are no bursts.
    allowance = Math.min(allowance + refill, Math.max(1, bytesPerSecond / 20.0));
    refilledNanos = nowNanos;
    return (int) allowance;
  }

  void passed(int bytes) {
    if (bytesPerSecond != UNLIMITED) {
      allowance -= bytes;
    }
  }
}
