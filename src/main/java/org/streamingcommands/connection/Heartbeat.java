package org.streamingcommands.connection;

import java.time.Duration;
import org.apache.pekko.actor.Cancellable;
import org.apache.pekko.actor.typed.ActorSystem;
import org.jspecify.annotations.Nullable;

/**
 * One clock for all streams of a node, in place of a timer each. It ticks ten times in the shortest
 * ping-interval or hello-timeout that any service asked for.
 */
final class Heartbeat {
  private static final Duration FASTEST = Duration.ofMillis(10);
  private static final Duration SLOWEST = Duration.ofMillis(500);

  private final ActorSystem<?> system;
  private final StreamWatch streams;

  /** By how much a tick may come too late: Pekko's scheduler has ticks of its own. */
  private final Duration late;

  private Duration tick = Duration.ofDays(1);
  private @Nullable Cancellable running;

  Heartbeat(ActorSystem<?> system, StreamWatch streams) {
    this.system = system;
    this.streams = streams;
    this.late = system.settings().config().getDuration("pekko.scheduler.tick-duration");
  }

  /** Ticks fast enough for these settings too. */
  synchronized void pace(ServiceSettings settings) {
    Duration wanted = min(settings.pingInterval(), settings.helloTimeout()).dividedBy(10);
    Duration next = max(FASTEST, min(SLOWEST, wanted));
    if (next.compareTo(tick) >= 0) {
      return;
    }
    tick = next;
    Duration untilNext = next.plus(min(next, late));
    if (running != null) {
      running.cancel();
    }
    running =
        system
            .scheduler()
            .scheduleAtFixedRate(
                next, next, () -> streams.tick(untilNext), system.executionContext());
  }

  private static Duration min(Duration a, Duration b) {
    return a.compareTo(b) <= 0 ? a : b;
  }

  private static Duration max(Duration a, Duration b) {
    return a.compareTo(b) >= 0 ? a : b;
  }
}
