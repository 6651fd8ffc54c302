package org.streamingcommands.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class DurationsTest {

  @Test
  void aDurationIsReadWithItsUnit() {
    assertThat(Durations.parse("500ms")).isEqualTo(Duration.ofMillis(500));
    assertThat(Durations.parse("5 s")).isEqualTo(Duration.ofSeconds(5));
    assertThat(Durations.parse("2m")).isEqualTo(Duration.ofMinutes(2));
  }

  @ParameterizedTest
  @ValueSource(strings = {"5", "", " ", "soon", "0s", "-1s"})
  void whatIsNoDurationIsRefused(String text) {
    assertThatThrownBy(() -> Durations.parse(text)).isInstanceOf(TypeConversionException.class);
  }

  @Test
  void aDurationIsShownInAUnitThatSuitsIt() {
    assertThat(Durations.show(310_000)).isEqualTo("0.31 ms");
    assertThat(Durations.show(12_500_000)).isEqualTo("12.5 ms");
    assertThat(Durations.show(3_200_000_000L)).isEqualTo("3.2 s");
    assertThat(Durations.coarse(Duration.ofSeconds(312))).isEqualTo("5m12s");
    assertThat(Durations.coarse(Duration.ofHours(49))).isEqualTo("2d1h");
    assertThat(Durations.coarse(Duration.ofSeconds(-1))).isEqualTo("0s");
  }
}
