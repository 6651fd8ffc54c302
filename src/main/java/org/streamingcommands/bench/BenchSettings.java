package org.streamingcommands.bench;

import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * What to run, with whom, and how long.
 *
 * @param jvmFlags more flags for the contenders' JVMs, such as a profiler's
 */
public record BenchSettings(
    Set<Scenario> scenarios,
    Set<Contender> contenders,
    Loads loads,
    Phases phases,
    List<String> jvmFlags) {

  /**
   * @throws IllegalArgumentException where nothing is to be measured
   */
  public BenchSettings {
    scenarios = Set.copyOf(scenarios);
    contenders = Set.copyOf(contenders);
    jvmFlags = List.copyOf(jvmFlags);
    if (scenarios.isEmpty() || contenders.isEmpty()) {
      throw new IllegalArgumentException("--scenario and --contender: must each name one");
    }
  }

  /** Seconds, to see that everything runs; the figures mean nothing. */
  public static BenchSettings smoke(Set<Scenario> scenarios, Set<Contender> contenders) {
    return new BenchSettings(
        scenarios,
        contenders,
        new Loads(10, 100, 500, 20, 200, 50, List.of(5, 50), List.of(50)),
        new Phases(Duration.ZERO, Duration.ZERO, Duration.ofMillis(200), 1),
        // The quick compiler alone: what starts so many JVMs for seconds has no use for the other.
        List.of("-XX:TieredStopAtLevel=1"));
  }

  boolean wants(Scenario scenario) {
    return scenarios.contains(scenario);
  }

  /** Those of the contenders that are wanted, in their own order. */
  List<Contender> wanted(List<Contender> some) {
    return some.stream().filter(contenders::contains).toList();
  }
}
