package org.streamingcommands.bench;

import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * What to run and how long.
 *
 * @param clients connected in the closed loop and the windows
 * @param crowd connected in the stalled scenario, besides the one that stalls
 * @param payload bytes of a command
 * @param time of one measurement, and of each contender's warm-up
 * @param rounds how often the contenders take turns
 * @param rate asks a second to the crowd
 * @param jvmFlags more flags for the contenders' JVMs, such as a profiler's
 */
public record BenchSettings(
    Set<Scenario> scenarios,
    int clients,
    int crowd,
    int payload,
    Duration time,
    int rounds,
    int rate,
    List<String> jvmFlags) {

  /** Seconds, to see that everything runs; the figures mean nothing. */
  public static final BenchSettings SMOKE =
      new BenchSettings(
          Set.of(Scenario.values()), 10, 20, 100, Duration.ofMillis(300), 1, 200, List.of());

  /**
   * @throws IllegalArgumentException where a number is out of range; the message names its option
   */
  public BenchSettings {
    scenarios = Set.copyOf(scenarios);
    jvmFlags = List.copyOf(jvmFlags);
    check(clients, 1, 20_000, "--clients");
    check(crowd, 1, 20_000, "--crowd");
    check(payload, 0, 1 << 20, "--payload");
    check(rounds, 1, 1_000, "--rounds");
    check(rate, 1, 1_000_000, "--rate");
    if (time.toMillis() < 100 || time.compareTo(Duration.ofHours(1)) > 0) {
      throw new IllegalArgumentException("--seconds: must be 1 to 3600");
    }
  }

  private static void check(int value, int min, int max, String option) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(
          "%s: must be %d to %d, is %d".formatted(option, min, max, value));
    }
  }
}
