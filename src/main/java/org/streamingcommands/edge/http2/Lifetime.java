package org.streamingcommands.edge.http2;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * What is due for one connection, by the clock: the end of its handshake, a ping, the wait for its
 * answer, and when it has to go. It needs no timer of its own: it says when it is to be looked at
 * next. For the loop's thread only.
 */
final class Lifetime {
  enum Due {
    NOTHING,
    PING,
    ASK_TO_GO_IDLE,
    ASK_TO_GO_OLD,
    LAST_CALL,
    CUT_OFF
  }

  /** What is in the pings of each purpose. */
  static final long KEEPALIVE = 0xDEAD;

  static final long GOING = 0x97ACEF001L;

  /** How long a caller may take to hear that it is asked to go, as with grpc-java. */
  private static final long HEAR_NANOS = TimeUnit.SECONDS.toNanos(10);

  private static final long LEAST_APART_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
  private static final long MOST_APART_NANOS = TimeUnit.SECONDS.toNanos(1);

  private enum Step {
    SHAKING_HANDS,
    OPEN,
    ASKED_TO_GO,
    PAST_LAST_CALL
  }

  private final ServerSettings settings;
  private final PingPolicy pings;
  private final long oldAtNanos;
  private final boolean isEverOld;
  private Step step = Step.SHAKING_HANDS;
  private boolean isPinged;

  /** Since when: of the step, of silence, of the ping, and of having no call. */
  private long stepNanos;

  private long heardNanos;
  private long pingNanos;
  private long idleNanos;
  private boolean isIdle;
  private boolean hasGrace;
  private long graceEndNanos;

  Lifetime(ServerSettings settings, long nowNanos) {
    this.settings = settings;
    this.pings = new PingPolicy(settings.permitKeepaliveTime().toNanos());
    this.stepNanos = nowNanos;
    this.heardNanos = nowNanos;
    this.isEverOld = !settings.maxAge().isZero();
    this.oldAtNanos = isEverOld ? nowNanos + aboutNanos(settings.maxAge().toNanos()) : 0;
  }

  /** Give or take a tenth, so that those that came together do not all go together. */
  private static long aboutNanos(long nanos) {
    return (long) (nanos * ThreadLocalRandom.current().nextDouble(0.9, 1.1));
  }

  /** How often to look for what is due, so that nothing is much late. */
  static long lookEveryNanos(ServerSettings settings) {
    long shortest =
        Stream.of(
                settings.handshakeTimeout(),
                settings.idleTimeout(),
                settings.keepaliveTime(),
                settings.keepaliveTimeout(),
                settings.maxAge(),
                settings.maxAgeGrace())
            .filter(time -> !time.isZero())
            .mapToLong(Duration::toNanos)
            .min()
            .orElse(MOST_APART_NANOS);
    return Math.max(LEAST_APART_NANOS, Math.min(shortest / 8, MOST_APART_NANOS));
  }

  PingPolicy pings() {
    return pings;
  }

  /** Something came. */
  void heard(long nowNanos) {
    heardNanos = nowNanos;
    isPinged = false;
  }

  /** Both sides have said how they speak. */
  void settled() {
    if (step == Step.SHAKING_HANDS) {
      step = Step.OPEN;
    }
  }

  /** Its last call is over. */
  void callsEnded() {
    isIdle = false;
  }

  /**
   * It is to go from now on.
   *
   * @return false where it was before
   */
  boolean beginGoing(long nowNanos, long graceNanos) {
    if (step == Step.ASKED_TO_GO || step == Step.PAST_LAST_CALL) {
      return false;
    }
    step = Step.ASKED_TO_GO;
    stepNanos = nowNanos;
    hasGrace = graceNanos > 0;
    graceEndNanos = nowNanos + graceNanos;
    return true;
  }

  /**
   * No call that begins from now on is taken.
   *
   * @return false where it was so before
   */
  boolean beginLastCall() {
    boolean isNew = step != Step.PAST_LAST_CALL;
    step = Step.PAST_LAST_CALL;
    return isNew;
  }

  boolean isPastLastCall() {
    return step == Step.PAST_LAST_CALL;
  }

  Due look(long now, boolean hasCalls) {
    if (step == Step.SHAKING_HANDS) {
      return isPast(now, stepNanos, settings.handshakeTimeout()) ? Due.CUT_OFF : Due.NOTHING;
    }
    if (hasGrace && now - graceEndNanos >= 0) {
      return Due.CUT_OFF;
    }
    Due alive = isAlive(now);
    if (alive != Due.NOTHING) {
      return alive;
    }
    if (step == Step.ASKED_TO_GO) {
      return now - stepNanos >= HEAR_NANOS ? Due.LAST_CALL : Due.NOTHING;
    }
    return step == Step.OPEN ? isToGo(now, hasCalls) : Due.NOTHING;
  }

  /**
   * When it is to be looked at next, if nothing changes until then; right after it was. Whatever
   * changes it from outside, but for what is heard, is to be followed by another look.
   */
  long nextNanos() {
    if (step == Step.SHAKING_HANDS) {
      return after(stepNanos, settings.handshakeTimeout());
    }
    long next =
        isPinged
            ? after(pingNanos, settings.keepaliveTimeout())
            : after(heardNanos, settings.keepaliveTime());
    if (hasGrace) {
      next = sooner(next, graceEndNanos);
    }
    if (step == Step.ASKED_TO_GO) {
      return sooner(next, stepNanos + HEAR_NANOS);
    }
    if (step == Step.OPEN && isEverOld) {
      next = sooner(next, oldAtNanos);
    }
    if (step == Step.OPEN && isIdle) {
      next = sooner(next, after(idleNanos, settings.idleTimeout()));
    }
    return next;
  }

  private Due isAlive(long now) {
    if (isPinged) {
      return isPast(now, pingNanos, settings.keepaliveTimeout()) ? Due.CUT_OFF : Due.NOTHING;
    }
    if (isPast(now, heardNanos, settings.keepaliveTime())) {
      isPinged = true;
      pingNanos = now;
      return Due.PING;
    }
    return Due.NOTHING;
  }

  private Due isToGo(long now, boolean hasCalls) {
    if (isEverOld && now - oldAtNanos >= 0) {
      return Due.ASK_TO_GO_OLD;
    }
    if (hasCalls) {
      isIdle = false;
    } else if (!isIdle) {
      isIdle = true;
      idleNanos = now;
    } else if (isPast(now, idleNanos, settings.idleTimeout())) {
      return Due.ASK_TO_GO_IDLE;
    }
    return Due.NOTHING;
  }

  private static boolean isPast(long now, long since, Duration time) {
    return now - since >= time.toNanos();
  }

  private static long after(long since, Duration time) {
    return since + time.toNanos();
  }

  /** Of two times of {@link System#nanoTime}, which are compared by their difference. */
  private static long sooner(long a, long b) {
    return a - b <= 0 ? a : b;
  }
}
