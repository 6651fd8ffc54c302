package org.streamingcommands.agent;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamingcommands.agent.Timers.Timer;
import org.streamingcommands.credentials.TokenSource;
import org.streamingcommands.grpc.v1.ClientFrame;

/**
 * Shows a newer token on the open stream before the one that it was opened with expires. A source
 * that has no newer one yet is asked again, ever closer to the end.
 */
final class Renewal {
  private static final Logger log = LoggerFactory.getLogger(Renewal.class);
  private static final Duration LEAST = Duration.ofMillis(500);

  private final @Nullable TokenSource source;
  private final Timers timers;
  private final Outbox outbox;
  private Timer timer = Timer.NONE;
  private boolean over;

  Renewal(@Nullable TokenSource source, Timers timers, Outbox outbox) {
    this.source = source;
    this.timers = timers;
    this.outbox = outbox;
  }

  /** What was shown last is valid for so long. */
  synchronized void validFor(Duration left) {
    if (source == null || over) {
      return;
    }
    timer.cancel();
    Duration wait = left.multipliedBy(4).dividedBy(5);
    timer = timers.schedule(wait.compareTo(LEAST) < 0 ? LEAST : wait, this::renew);
  }

  private void renew() {
    TokenSource from = source;
    if (from == null) {
      return;
    }
    try {
      var frame = ClientFrame.newBuilder();
      frame.getTokenRenewalBuilder().setToken(from.token());
      outbox.renew(frame.build());
    } catch (RuntimeException e) {
      log.warn("There is no newer token, so the server is going to end the stream", e);
    }
  }

  synchronized void end() {
    over = true;
    timer.cancel();
  }
}
