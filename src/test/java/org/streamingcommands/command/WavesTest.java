package org.streamingcommands.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WavesTest {
  @Test
  void aPlanIsReadWithOrWithoutPercentSigns() {
    assertThat(Waves.parse("5%,25 , 100%", 10)).isEqualTo(new Waves(List.of(5.0, 25.0, 100.0), 10));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "5%|waves.percents: the last must be 100, is 5",
        "''|waves.percents[0]: '' is no percentage",
        "5,,100|waves.percents[1]: '' is no percentage",
        "5,many|waves.percents[1]: 'many' is no percentage",
        "50,50,100|waves.percents[1]: must be more than 50 and at most 100, is 50",
        "0,100|waves.percents[0]: must be more than 0 and at most 100, is 0",
        "100,101|waves.percents[1]: must be more than 100 and at most 100, is 101",
        "NaN,100|waves.percents[0]: must be more than 0 and at most 100, is NaN"
      })
  void aWrongPlanIsRefusedByItsPlace(String plan, String problem) {
    assertThatThrownBy(() -> Waves.parse(plan, 0)).hasMessage(problem);
  }

  @Test
  void eachWaveReachesAtLeastItsPercentageAndTheLastOneAll() {
    Waves waves = Waves.parse("7,50,100", 0);
    assertThat(List.of(waves.end(0, 100), waves.end(1, 100), waves.end(2, 100)))
        .containsExactly(7, 50, 100);
    assertThat(List.of(waves.end(0, 3), waves.end(1, 3), waves.end(2, 3))).containsExactly(1, 2, 3);
    assertThat(waves.end(0, 0)).isZero();
  }

  @Test
  void moreThanTheThresholdStopsAndJustTheThresholdDoesNot() {
    Waves waves = new Waves(List.of(100.0), 10);
    assertThat(waves.stopsAt(1, 10)).isFalse();
    assertThat(waves.stopsAt(2, 10)).isTrue();
    assertThat(Waves.none().stopsAt(10, 10)).isFalse();
    assertThat(new Waves(List.of(100.0), 0).stopsAt(1, 1000)).isTrue();
  }
}
