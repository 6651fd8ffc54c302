package org.streamingcommands.connection;

import java.time.InstantSource;

/**
 * What was said to or by another node may be lost. Who waits on this node asks again: once before
 * its deadline, and for a while after something happened between the nodes.
 */
final class AskingAgain {
  /** How long a lost node's entities may take to come to life elsewhere. */
  private static final long ASK_AGAIN_MILLIS = 8_000;

  private static final long ASK_AGAIN_PAUSE_MILLIS = 1_000;

  private final InstantSource clock;
  private final PendingSends sends;
  private final LiveSessions sessions;
  private final LocalEntities entities;
  private final EntityRegion region;
  private volatile long untilMillis;

  /** Touched by the sweep only. */
  private long lastMillis;

  AskingAgain(
      InstantSource clock,
      PendingSends sends,
      LiveSessions sessions,
      LocalEntities entities,
      EntityRegion region) {
    this.clock = clock;
    this.sends = sends;
    this.sessions = sessions;
    this.entities = entities;
    this.region = region;
  }

  /** Something happened. */
  void begin() {
    untilMillis = clock.millis() + ASK_AGAIN_MILLIS;
  }

  void sweep() {
    sends.remind(client -> entities.find(client) == null, region::route);
    long now = clock.millis();
    if (now < untilMillis && now >= lastMillis + ASK_AGAIN_PAUSE_MILLIS) {
      lastMillis = now;
      // Streams first: what is asked for waits for them, and not for long.
      sessions.forEach(ClientSession::seekEntity);
      sends.askAgain(client -> entities.find(client) == null, region::route);
    }
  }
}
