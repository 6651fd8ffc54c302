package org.streamingcommands.security;

import com.typesafe.config.Config;
import java.time.Duration;
import java.util.List;

/**
 * How much one principal may use up on a node; of everything, zero is as much as the listener or
 * the service lets anybody.
 *
 * @param maxConnections at once
 * @param maxRate commands, and calls of other kinds, a second
 * @param maxMessageBytes a frame at the edge, a command's payload at the api
 * @param helloTimeout from the beginning of a stream to its hello; a shorter one of the listener
 *     goes first
 */
record Limits(int maxConnections, int maxRate, int maxMessageBytes, Duration helloTimeout) {
  static final Limits NONE = new Limits(0, 0, 0, Duration.ZERO);

  private static final String CONNECTIONS = "max-connections";
  private static final String RATE = "max-rate";
  private static final String MESSAGE = "max-message-size";
  private static final String HELLO = "hello-timeout";

  /** Every key of a section. */
  static final List<String> KEYS = List.of(CONNECTIONS, RATE, MESSAGE, HELLO);

  /**
   * @param section may lack some
   * @param others what holds for those that it lacks
   * @throws IllegalArgumentException naming the key
   */
  static Limits from(Config section, Limits others) {
    return new Limits(
        section.hasPath(CONNECTIONS)
            ? (int) atLeastZero(CONNECTIONS, section.getInt(CONNECTIONS))
            : others.maxConnections,
        section.hasPath(RATE) ? (int) atLeastZero(RATE, section.getInt(RATE)) : others.maxRate,
        section.hasPath(MESSAGE)
            ? (int) Math.min(Integer.MAX_VALUE, atLeastZero(MESSAGE, section.getBytes(MESSAGE)))
            : others.maxMessageBytes,
        section.hasPath(HELLO)
            ? Duration.ofNanos(atLeastZero(HELLO, section.getDuration(HELLO).toNanos()))
            : others.helloTimeout);
  }

  private static long atLeastZero(String key, long value) {
    if (value < 0) {
      throw new IllegalArgumentException("%s: must not be negative, is %d".formatted(key, value));
    }
    return value;
  }
}
