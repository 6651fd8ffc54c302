package org.streamingcommands.security;

import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** What one principal may use up at once on this node. Thread-safe. */
public final class Quota {
  /** Without limits. */
  public static final Quota NONE = new Quota(0, 0);

  private final int maxConnections;
  private final @Nullable RateLimit commands;
  private final AtomicInteger connections = new AtomicInteger();

  /**
   * @param maxConnections 0 for any number
   * @param commandsPerSecond 0 for any number
   */
  Quota(int maxConnections, int commandsPerSecond) {
    this.maxConnections = maxConnections;
    this.commands =
        commandsPerSecond == 0 ? null : new RateLimit(commandsPerSecond, System.nanoTime());
  }

  /** One more connection, if it may have it; {@link #leave} gives it back. */
  public boolean enter() {
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
    if (maxConnections > 0) {
      connections.decrementAndGet();
    }
  }

  /** One more command, if it may send it now. */
  public boolean takeCommand() {
    RateLimit limit = commands;
    return limit == null || limit.tryTake(System.nanoTime());
  }

  boolean isUnused() {
    return connections.get() == 0;
  }
}
