package org.streamingcommands.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.streamingcommands.cli.Cli;

/** What can be asked for; whatever is wrong is named by its option. */
class BenchSettingsTest {

  @Test
  void countsHaveToGrow() {
    assertThatThrownBy(() -> loads(List.of(100, 100), List.of(1000)))
        .hasMessageContaining("--growth");
    assertThatThrownBy(() -> loads(List.of(100), List.of())).hasMessageContaining("--idle");
    assertThat(loads(List.of(100, 1000), List.of(1000)).largestCrowd()).isEqualTo(1000);
  }

  @Test
  void aMeasurementTakesTime() {
    assertThatThrownBy(() -> new Phases(Duration.ZERO, Duration.ZERO, Duration.ZERO, 1))
        .hasMessageContaining("--seconds");
    assertThatThrownBy(
            () -> new Phases(Duration.ofDays(1), Duration.ZERO, Duration.ofSeconds(1), 1))
        .hasMessageContaining("--warm-up");
  }

  @Test
  void contendersKeepTheirOrder() {
    BenchSettings settings =
        BenchSettings.smoke(Set.of(Scenario.CLOSED), Set.of(Contender.REMOTE, Contender.FLOOR));
    assertThat(settings.wanted(List.of(Contender.values())))
        .containsExactly(Contender.FLOOR, Contender.REMOTE);
  }

  @ParameterizedTest
  @CsvSource({
    "--scenario, fast",
    "--contender, everyone",
    "--clients, 0",
    "--open-rate, 0",
    "--idle, 10",
    "--rounds, 0"
  })
  void theCommandLineRefusesWhatMakesNoSense(String option, String value) {
    assertThat(Cli.run("bench", option, value)).isEqualTo(2);
  }

  private static Loads loads(List<Integer> growth, List<Integer> idle) {
    return new Loads(10, 100, 500, 20, 200, 50, growth, idle);
  }
}
