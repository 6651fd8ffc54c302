package org.streamingcommands.trunk;

import java.time.Duration;

/**
 * The bounds of a trunk.
 *
 * @param frameBytes the largest batch
 * @param waitingBytes what may wait for the other node to read; more is lost
 * @param pingEvery how often the other node is asked whether it still reads
 * @param silence after so long without an answer the trunk is closed: there is nobody, or the way
 *     is broken, while remoting has ways of its own to find that out
 * @param prefaceTimeout how long whoever dials may take to show a key
 */
record TrunkLimits(
    int frameBytes,
    long waitingBytes,
    Duration pingEvery,
    Duration silence,
    Duration prefaceTimeout) {
  private static final long WAITING_BYTES = 32 << 20;

  static TrunkLimits of(int frameBytes) {
    return new TrunkLimits(
        frameBytes,
        Math.max(WAITING_BYTES, 2L * frameBytes),
        Duration.ofMillis(500),
        // What was lost is asked again well before those that wait for it go on without, after 3 s.
        Duration.ofMillis(1_500),
        Duration.ofSeconds(5));
  }
}
