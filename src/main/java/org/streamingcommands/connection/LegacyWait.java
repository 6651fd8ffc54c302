package org.streamingcommands.connection;

import java.time.InstantSource;

/**
 * The wait of an entity for what a former one left to it, so that nothing new overtakes. Most
 * entities never have one.
 */
final class LegacyWait {
  /** How long what a former entity left may take to come. */
  private static final long LEGACY_MILLIS = 3_000;

  private final InstantSource clock;

  /** Messages of a former entity that came, and until when the rest is waited for. */
  private int came;

  private int awaited;
  private long untilMillis;

  LegacyWait(InstantSource clock) {
    this.clock = clock;
  }

  /** So many messages are on their way, as somebody says who knows. */
  void await(int messages) {
    if (messages > awaited) {
      awaited = messages;
      untilMillis = clock.millis() + LEGACY_MILLIS;
    }
  }

  void came() {
    came++;
  }

  /** Whether all of them came, or will not any more. */
  boolean isOver() {
    if (awaited <= came || clock.millis() >= untilMillis) {
      awaited = 0;
      return true;
    }
    return false;
  }

  long untilMillis() {
    return untilMillis;
  }
}
