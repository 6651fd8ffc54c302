package org.streamingcommands.connection;

import java.time.Duration;

/**
 * Looks after the live streams of a node, whenever the heartbeat ticks: ends what is overdue or
 * silent, asks for signs of life, and keeps every stream in touch with its entity. A connected one
 * it lets be until something is due. Holds nothing itself, and no lock.
 */
final class StreamWatch {
  private final LiveSessions sessions;
  private final Counters counters;
  private final Duration reattachInterval;

  StreamWatch(LiveSessions sessions, Counters counters, Duration reattachInterval) {
    this.sessions = sessions;
    this.counters = counters;
    this.reattachInterval = reattachInterval;
  }

  /**
   * @param untilNext how long until the next call, at most: what would be overdue by then is
   *     overdue now
   */
  void tick(Duration untilNext) {
    long tickNanos = untilNext.toNanos();
    sessions.lookAtDue(
        session -> {
          long now = System.nanoTime();
          look(session, now, tickNanos);
          return next(session, now, tickNanos);
        });
  }

  /** When it is to be looked at next; one on its way from state to state, at every tick. */
  private long next(ClientSession session, long nowNanos, long tickNanos) {
    boolean isSettled = session.state() == ClientSession.State.ATTACHED && session.hasEntity();
    return isSettled
        ? session.clock().nextDue(nowNanos, tickNanos, reattachInterval, session.settings())
        : nowNanos;
  }

  private void look(ClientSession session, long nowNanos, long tickNanos) {
    StreamClock clock = session.clock();
    if (clock.isExpired()) {
      session.goodbye(
          Goodbye.of(Goodbye.Cause.EXPIRED, "the token or certificate is no longer valid"));
      return;
    }
    switch (session.state()) {
      case AWAITING_HELLO -> {
        if (clock.isHelloOverdue(nowNanos)) {
          session.refuse(
              new Rejection(
                  Rejection.Kind.NO_HELLO, "hello: did not come within " + clock.helloTimeout()));
        }
      }
      case ATTACHING -> lookAtAttaching(session, nowNanos);
      case ATTACHED -> {
        keepInTouch(session, nowNanos);
        listen(session, nowNanos, tickNanos);
      }
      case ENDED -> {}
    }
  }

  private static void lookAtAttaching(ClientSession session, long nowNanos) {
    if (session.clock().isWelcomeOverdue(nowNanos, session.settings())) {
      session.refuse(
          new Rejection(Rejection.Kind.UNAVAILABLE, "the client's entity could not be reached"));
    } else if (session.clock().isAttachDue(nowNanos)) {
      session.seekEntity();
    }
  }

  private void keepInTouch(ClientSession session, long nowNanos) {
    StreamClock clock = session.clock();
    if (!session.hasEntity()) {
      if (clock.isAttachDue(nowNanos)) {
        session.seekEntity();
      }
    } else if (clock.isReattachDue(nowNanos, reattachInterval)) {
      clock.attaches(nowNanos);
      session.stillAttached();
    }
  }

  private void listen(ClientSession session, long nowNanos, long tickNanos) {
    StreamClock clock = session.clock();
    ServiceSettings settings = session.settings();
    if (!clock.isListening(settings)) {
      return;
    }
    if (clock.isSilent(nowNanos, tickNanos, settings)) {
      counters.silent.increment();
      session.goodbye(Goodbye.of(Goodbye.Cause.SILENT, "nothing was heard for too long"));
    } else if (clock.isPingDue(nowNanos, settings)) {
      session.ping();
    }
  }
}
