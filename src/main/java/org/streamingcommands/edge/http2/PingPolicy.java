package org.streamingcommands.edge.http2;

import java.util.concurrent.TimeUnit;

/**
 * How often a caller may ping: each ping makes the server write, and costs the caller little. The
 * rule is gRPC's (proposal A8, "Server Enforcement"): after two too early ones it is told to be
 * calm. What the server writes by itself starts the count again.
 */
final class PingPolicy {
  private static final int MOST_EARLY = 2;
  private static final long WITHOUT_CALLS_NANOS = TimeUnit.HOURS.toNanos(2);

  private final long withCallsNanos;
  private long lastNanos;
  private boolean isFirst = true;
  private int early;

  PingPolicy(long withCallsNanos) {
    this.withCallsNanos = withCallsNanos;
  }

  /** Whether one more ping is what a caller may send. */
  boolean allows(long nowNanos, boolean hasCalls) {
    long apart = hasCalls ? withCallsNanos : WITHOUT_CALLS_NANOS;
    if (isFirst || nowNanos - lastNanos >= apart) {
      isFirst = false;
      lastNanos = nowNanos;
      return true;
    }
    early++;
    return early <= MOST_EARLY;
  }

  /** The server wrote headers or data. */
  void wrote() {
    isFirst = true;
    early = 0;
  }
}
