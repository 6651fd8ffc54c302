package org.streamingcommands.connection;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the time of one live stream: since when its client is silent, and what is due. There is one
 * for every stream, as long as that lives, so it stays small. Used without a lock: what the
 * stream's thread writes and others read is volatile, the rest is the watch's, which is one thread
 * for each stream, but for the number of a ping, which is taken under the session's lock.
 */
final class StreamClock {
  private static final long ATTACH_AGAIN_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** The wall clock, which says how long what the client showed is valid, may be set. */
  private static final long LONGEST_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final long openedNanos = System.nanoTime();
  private volatile Duration helloTimeout;
  private volatile long lastHeardNanos = openedNanos;
  private volatile boolean notReading;

  /**
   * When what the client showed of itself ends, by the wall clock; nothing ends at the end of time.
   */
  private volatile long validUntilMillis = Long.MAX_VALUE;

  private long lastAttachNanos;
  private long lastPingNanos = openedNanos;
  private long pings;

  StreamClock(Duration helloTimeout) {
    this.helloTimeout = helloTimeout;
  }

  /** The client gave a sign of life. */
  void heard() {
    lastHeardNanos = System.nanoTime();
  }

  /** When that was, in milliseconds of the wall clock. */
  long lastHeard() {
    long agoMillis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - lastHeardNanos);
    return System.currentTimeMillis() - agoMillis;
  }

  /**
   * The client is not read any more: its silence is ours and not its own.
   *
   * @param taken called once the next inbound message may be read
   * @return what ends this
   */
  Runnable holdBack(Runnable taken) {
    notReading = true;
    return () -> {
      heard();
      notReading = false;
      taken.run();
    };
  }

  void validUntil(@Nullable Instant end) {
    validUntilMillis = end == null ? Long.MAX_VALUE : end.toEpochMilli();
  }

  boolean isExpired() {
    return validUntilMillis != Long.MAX_VALUE && System.currentTimeMillis() >= validUntilMillis;
  }

  /** No later than this, if that is sooner than before; zero says nothing. */
  void helloWithin(Duration timeout) {
    if (!timeout.isZero() && timeout.compareTo(helloTimeout) < 0) {
      helloTimeout = timeout;
    }
  }

  Duration helloTimeout() {
    return helloTimeout;
  }

  boolean isHelloOverdue(long nowNanos) {
    return nowNanos - openedNanos >= helloTimeout.toNanos();
  }

  /** Whether the client's entity should have answered its hello by now. */
  boolean isWelcomeOverdue(long nowNanos, ServiceSettings settings) {
    return nowNanos - openedNanos >= 2 * settings.helloTimeout().toNanos();
  }

  /** The stream introduces itself to its entity, or says that it is there. */
  void attaches(long nowNanos) {
    lastAttachNanos = nowNanos;
  }

  /** Whether the last introduction, which nobody answered, was long enough ago. */
  boolean isAttachDue(long nowNanos) {
    return nowNanos - lastAttachNanos >= ATTACH_AGAIN_NANOS;
  }

  boolean isReattachDue(long nowNanos, Duration interval) {
    return nowNanos - lastAttachNanos >= interval.toNanos();
  }

  /** Whether silence means anything with these settings, and at present. */
  boolean isListening(ServiceSettings settings) {
    return !notReading && settings.pingStrategy() != PingStrategy.DISABLED;
  }

  /**
   * Whether the client must be taken for dead.
   *
   * @param tickNanos how long until the next call: what would be overdue by then is overdue now
   */
  boolean isSilent(long nowNanos, long tickNanos, ServiceSettings settings) {
    long longest = settings.pingInterval().toNanos() + settings.pingTimeout().toNanos();
    return nowNanos - lastHeardNanos + tickNanos >= longest;
  }

  /** Whether it is time for a ping; then the next is an interval away. */
  boolean isPingDue(long nowNanos, ServiceSettings settings) {
    long interval = settings.pingInterval().toNanos();
    boolean isDue =
        nowNanos - lastPingNanos >= interval
            && (settings.pingStrategy() == PingStrategy.INTERVAL
                || nowNanos - lastHeardNanos >= interval);
    if (isDue) {
      lastPingNanos = nowNanos;
    }
    return isDue;
  }

  /**
   * When anything is due for a connected stream, if nothing changes; {@code nowNanos} where that
   * cannot be said.
   */
  long nextDue(long nowNanos, long tickNanos, Duration reattachInterval, ServiceSettings settings) {
    if (notReading) {
      return nowNanos;
    }
    long wait = lastAttachNanos + reattachInterval.toNanos() - nowNanos;
    long validMillis = validUntilMillis;
    if (validMillis != Long.MAX_VALUE) {
      long left = Math.max(0, validMillis - System.currentTimeMillis());
      wait = Math.min(wait, Math.min(LONGEST_NANOS, TimeUnit.MILLISECONDS.toNanos(left)));
    }
    if (settings.pingStrategy() != PingStrategy.DISABLED) {
      long quiet = nowNanos - lastHeardNanos;
      long sincePing = nowNanos - lastPingNanos;
      long interval = settings.pingInterval().toNanos();
      long counts =
          settings.pingStrategy() == PingStrategy.INTERVAL ? sincePing : Math.min(sincePing, quiet);
      long silence = interval + settings.pingTimeout().toNanos() - tickNanos;
      wait = Math.min(wait, Math.min(interval - counts, silence - quiet));
    }
    return nowNanos + Math.max(0, wait);
  }

  /** Under the session's lock. */
  long nextPing() {
    return ++pings;
  }
}
