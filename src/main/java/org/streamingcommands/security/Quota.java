package org.streamingcommands.security;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** What one principal may use up at once on this node. Thread-safe. */
public final class Quota {
  /** Without limits. */
  public static final Quota NONE = new Quota(Limits.NONE);

  private final Limits limits;
  private final @Nullable RateLimit calls;
  private final AtomicInteger connections = new AtomicInteger();

  Quota(Limits limits) {
    this.limits = limits;
    this.calls = limits.maxRate() == 0 ? null : new RateLimit(limits.maxRate(), System.nanoTime());
  }

  /** The largest message in bytes; 0 for what anybody may send. */
  public int maxMessageBytes() {
    return limits.maxMessageBytes();
  }

  /** How long a stream's hello may take; zero for what anybody's may. */
  public Duration helloTimeout() {
    return limits.helloTimeout();
  }

  /** One more connection, if it may have it; {@link #leave} gives it back. */
  public boolean enter() {
    int maxConnections = limits.maxConnections();
    if (maxConnections == 0) {
      return true;
    }
    int before;
    do {
      before = connections.get();
      if (before >= maxConnections) {
        return false;
      }
    } while (!connections.compareAndSet(before, before + 1));
    return true;
  }

  public void leave() {
    if (limits.maxConnections() > 0) {
      connections.decrementAndGet();
    }
  }

  /** One more command, or another call, if it may now. */
  public boolean takeCall() {
    RateLimit limit = calls;
    return limit == null || limit.tryTake(System.nanoTime());
  }

  boolean isUnused() {
    return connections.get() == 0;
  }
}
