package org.streamingcommands.testkit;

import java.time.Duration;

/**
 * The load of a {@link ClusterRun}.
 *
 * @param seed decides every choice of the load; how threads and processes interleave it cannot
 * @param clients how many
 * @param senders threads that send: every other through a member of the cluster, the rest remotely
 * @param perSecond sends of all together
 * @param timeout of each command
 */
public record ClusterSettings(
    long seed, int clients, int senders, int perSecond, Duration timeout) {
  public static ClusterSettings of(long seed) {
    return new ClusterSettings(seed, 30, 4, 120, Duration.ofSeconds(20));
  }

  /** The same with another timeout. */
  public ClusterSettings withTimeout(Duration other) {
    return new ClusterSettings(seed, clients, senders, perSecond, other);
  }
}
