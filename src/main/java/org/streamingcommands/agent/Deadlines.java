package org.streamingcommands.agent;

import java.time.Duration;
import java.time.Instant;
import java.util.function.UnaryOperator;
import org.streamingcommands.agent.Timers.Timer;

/**
 * Wakes its agent at the earliest deadline that it was told. One timer an agent, not one a command:
 * a command that ends in time leaves nothing to take back.
 */
final class Deadlines {
  private final Timers timers;
  private final UnaryOperator<Instant> expire;
  private Instant armedFor = Instant.MAX;
  private Timer timer = Timer.NONE;
  private boolean stopped;

  /**
   * @param expire ends what is due at the given time and answers the next deadline, or {@link
   *     Instant#MAX}
   */
  Deadlines(Timers timers, UnaryOperator<Instant> expire) {
    this.timers = timers;
    this.expire = expire;
  }

  synchronized void watch(Instant deadline) {
    if (stopped || !deadline.isBefore(armedFor)) {
      return;
    }
    timer.cancel();
    armedFor = deadline;
    Duration wait = Duration.between(timers.now(), deadline);
    timer = timers.schedule(wait.isNegative() ? Duration.ZERO : wait, this::fire);
  }

  private void fire() {
    synchronized (this) {
      armedFor = Instant.MAX;
    }
    watch(expire.apply(timers.now()));
  }

  synchronized void stop() {
    stopped = true;
    timer.cancel();
  }
}
