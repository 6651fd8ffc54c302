package org.streamingcommands.testkit;

import java.time.Duration;

/**
 * How much chaos.
 *
 * @param seed decides every choice of the run; how threads interleave it cannot
 * @param clients how many
 * @param senders threads that send
 * @param commands how many sends, about
 * @param duration how long they are spread over
 * @param pingInterval the node's
 * @param pingTimeout the node's
 * @param presenceMargin how much longer than both a dead client may be called connected, for the
 *     threads of the run itself
 */
public record ChaosSettings(
    long seed,
    int clients,
    int senders,
    int commands,
    Duration duration,
    Duration pingInterval,
    Duration pingTimeout,
    Duration presenceMargin) {

  /** A run of half a minute for a node with a ping-interval of 200 ms and a timeout of 400 ms. */
  public static ChaosSettings of(long seed) {
    return new ChaosSettings(
        seed,
        40,
        6,
        10_000,
        Duration.ofSeconds(25),
        Duration.ofMillis(200),
        Duration.ofMillis(400),
        Duration.ofMillis(300));
  }

  /** The same with another length. */
  public ChaosSettings lasting(Duration other, int otherCommands) {
    return new ChaosSettings(
        seed, clients, senders, otherCommands, other, pingInterval, pingTimeout, presenceMargin);
  }

  Duration presenceBound() {
    return pingInterval.plus(pingTimeout).plus(presenceMargin);
  }
}
