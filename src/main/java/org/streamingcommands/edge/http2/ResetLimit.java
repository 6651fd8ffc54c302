package org.streamingcommands.edge.http2;

import java.util.concurrent.TimeUnit;

/**
 * How many streams of one connection may break before it is an attack: each costs the server a call
 * that it began, and the caller a frame. A caller that makes the server reset its streams
 * (CVE-2025-55163) is as bad as one that resets them itself (CVE-2023-44487), which Netty counts.
 */
final class ResetLimit {
  /** A few are a client's right. */
  static final int MOST = 200;

  static final int WINDOW_SECONDS = 30;

  private static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(WINDOW_SECONDS);

  private long sinceNanos;
  private int count;

  /** Counts one more; false where that is too many. */
  boolean allows(long nowNanos) {
    if (count == 0 || nowNanos - sinceNanos >= WINDOW_NANOS) {
      sinceNanos = nowNanos;
      count = 0;
    }
    count++;
    return count <= MOST;
  }
}
