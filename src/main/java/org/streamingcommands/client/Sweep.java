package org.streamingcommands.client;

import java.time.Duration;
import java.util.concurrent.ScheduledFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamingcommands.command.Reason;

/**
 * Looks over the links of one group of settings ten times a second and ends what has waited too
 * long; runs on the clock.
 */
final class Sweep {
  private static final Logger LOG = LoggerFactory.getLogger(Sweep.class);
  private static final long PERIOD = Duration.ofMillis(100).toNanos();

  /** The node gives up at the deadline too, and knows better why: its word may arrive first. */
  private static final long GRACE = Duration.ofMillis(300).toNanos();

  private static final long NUDGE = Duration.ofMillis(500).toNanos();

  private final CommandClientSettings settings;
  private final ApiLinks links;
  private final ExchangeTable table;
  private long lastNudge = System.nanoTime();
  private long lastBusy = System.nanoTime();
  private long lastMade;
  private volatile @Nullable ScheduledFuture<?> ticks;

  Sweep(CommandClientSettings settings, ApiLinks links) {
    this.settings = settings;
    this.links = links;
    this.table = links.table();
  }

  /** Goes on until the links are closed and empty. */
  void start() {
    ticks = Clock.every(PERIOD, this::tick);
  }

  private void tick() {
    try {
      if (!table.isClosed()) {
        sweep(System.nanoTime());
      } else {
        finish();
      }
    } catch (RuntimeException e) {
      // A periodic task that throws is never run again, and then no send would time out.
      LOG.error("The sweep of the links to {} failed", settings.address(), e);
    }
  }

  private void finish() {
    // Those that were being admitted while it closed.
    links.endAll();
    ScheduledFuture<?> self = ticks;
    if (table.isEmpty() && self != null) {
      self.cancel(false);
    }
  }

  private void sweep(long now) {
    boolean ended = false;
    for (Exchange exchange : table.all()) {
      if (exchange.isWaiting()) {
        ended |= giveUpWaiting(exchange, now);
      } else if (exchange.remaining(now) + GRACE <= 0) {
        exchange.undelivered(
            Reason.TIMED_OUT, "no answer from " + settings.address() + " before the deadline");
      }
    }
    if (ended) {
      links.dropEnded();
    }
    nudge(now);
    links.tidy();
    closeWhenIdle(now);
  }

  private boolean giveUpWaiting(Exchange exchange, long now) {
    ApiLinks.Reach reach = links.reach();
    // nanoTime may be negative, so instants are compared by their difference.
    long waited = Math.min(now - exchange.since(), now - reach.since());
    if (exchange.remaining(now) <= 0) {
      return exchange.notSent(Reason.TIMED_OUT, "the time was over before a stream took it");
    }
    if (reach.open() && waited >= settings.queueTimeout().toNanos()) {
      return exchange.notSent(
          Reason.QUEUE_FULL,
          "the stream to %s did not take it within %s"
              .formatted(settings.address(), settings.queueTimeout()));
    }
    if (!reach.open() && waited >= settings.connectTimeout().toNanos()) {
      return exchange.notSent(
          Reason.NODE_UNREACHABLE,
          "no connection to %s within %s: %s"
              .formatted(
                  settings.address(),
                  settings.connectTimeout(),
                  reach.trouble().isEmpty() ? "no answer" : reach.trouble()));
    }
    return false;
  }

  /** Somebody waits: half a second between tries is enough, the channel's minutes are not. */
  private void nudge(long now) {
    if (!links.reach().open() && !table.isEmpty() && now - lastNudge >= NUDGE) {
      lastNudge = now;
      links.nudge();
    }
  }

  private void closeWhenIdle(long now) {
    if (!table.isEmpty() || table.made() != lastMade) {
      lastMade = table.made();
      lastBusy = now;
    } else if (now - lastBusy >= settings.idleTimeout().toNanos()) {
      links.closeIfIdle();
    }
  }
}
