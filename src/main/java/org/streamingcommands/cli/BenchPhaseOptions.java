package org.streamingcommands.cli;

import java.time.Duration;
import org.streamingcommands.bench.Phases;
import picocli.CommandLine.Option;

/** How long and how often the bench measures. */
final class BenchPhaseOptions {
  @Option(
      names = "--warm-up",
      paramLabel = "SECONDS",
      description = "Of each contender before its first figures; ${DEFAULT-VALUE} unless set.",
      defaultValue = "20")
  private int warmUp;

  @Option(
      names = "--window-warm-up",
      paramLabel = "SECONDS",
      description = "Of each before those with many asks under way; ${DEFAULT-VALUE} unless set.",
      defaultValue = "25")
  private int windowWarmUp;

  @Option(
      names = "--seconds",
      paramLabel = "N",
      description = "Of each measurement; ${DEFAULT-VALUE} unless set.",
      defaultValue = "5")
  private int seconds;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      description = "How often contenders take turns; ${DEFAULT-VALUE} unless set.",
      defaultValue = "3")
  private int rounds;

  /**
   * @throws IllegalArgumentException naming the option that is out of range
   */
  Phases read() {
    return new Phases(
        Duration.ofSeconds(warmUp),
        Duration.ofSeconds(windowWarmUp),
        Duration.ofSeconds(seconds),
        rounds);
  }
}
