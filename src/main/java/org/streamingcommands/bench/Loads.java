package org.streamingcommands.bench;

import java.util.List;

/**
 * How many of what.
 *
 * @param clients connected in the closed loop, the windows and the open loop
 * @param payload bytes of a command
 * @param openRate asks a second in the open loop
 * @param crowd connected beside the one that stalls
 * @param crowdRate asks a second to that crowd
 * @param storm clients that come in at once
 * @param growth how many are connected while the time of an ask is taken, ascending; a broadcast
 *     goes to as many as the last
 * @param idle how many are connected and idle, ascending
 */
public record Loads(
    int clients,
    int payload,
    int openRate,
    int crowd,
    int crowdRate,
    int storm,
    List<Integer> growth,
    List<Integer> idle) {
  private static final int MOST_CLIENTS = 200_000;

  /** Of fewer, what one costs is lost in what the process does besides. */
  private static final int FEWEST_IDLE = 50;

  /**
   * @throws IllegalArgumentException where one is out of range; the message names its option
   */
  public Loads {
    check(clients, 1, MOST_CLIENTS, "--clients");
    check(payload, 0, 1 << 20, "--payload");
    check(openRate, 1, 1_000_000, "--open-rate");
    check(crowd, 1, MOST_CLIENTS, "--crowd");
    check(crowdRate, 1, 1_000_000, "--rate");
    check(storm, 1, MOST_CLIENTS, "--storm");
    growth = ascending(growth, 1, "--growth");
    idle = ascending(idle, FEWEST_IDLE, "--idle");
  }

  /** The most clients that the growth is taken with. */
  int largestCrowd() {
    return growth.get(growth.size() - 1);
  }

  private static List<Integer> ascending(List<Integer> counts, int least, String option) {
    if (counts.isEmpty()) {
      throw new IllegalArgumentException(option + ": must name a number");
    }
    int next = least;
    for (int count : counts) {
      check(count, next, MOST_CLIENTS, option);
      next = count + 1;
    }
    return List.copyOf(counts);
  }

  static void check(int value, int min, int max, String option) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(
          "%s: must be %,d to %,d, is %,d".formatted(option, min, max, value));
    }
  }
}
