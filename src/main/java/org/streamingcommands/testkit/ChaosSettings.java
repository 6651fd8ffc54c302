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
 * @param repeatWithin how long after its first send a command may be sent again; less than the
 *     node's dedup-window, by what a slow machine may take
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
    Duration repeatWithin,
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
        Duration.ofMinutes(1),
        Duration.ofMillis(300));
  }

  /** The same with another length. */
  public ChaosSettings lasting(Duration other, int otherCommands) {
    return new ChaosSettings(
        seed,
        clients,
        senders,
        otherCommands,
        other,
        pingInterval,
        pingTimeout,
        repeatWithin,
        presenceMargin);
  }

  /** The same for a node with a short dedup-window. */
  public ChaosSettings repeatingWithin(Duration other) {
    return new ChaosSettings(
        seed,
        clients,
        senders,
        commands,
        duration,
        pingInterval,
        pingTimeout,
        other,
        presenceMargin);
  }

  Duration presenceBound() {
    return pingInterval.plus(pingTimeout).plus(presenceMargin);
  }
}
