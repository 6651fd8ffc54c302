package org.streamingcommands.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

/** What of the rounds is told. */
class SamplesTest {
  private static final String P50 = "closed_p50";

  private final Samples samples = new Samples(3);

  @Test
  void aRowIsTheMedianAndTheSpreadOfTheRounds() {
    rounds(Contender.LOCAL, 30, 10, 70);
    Row row = onlyRow();
    assertThat(row.contender()).isEqualTo("local");
    assertThat(row.value()).isEqualTo(30);
    assertThat(row.spread()).isEqualTo(60);
    assertThat(row.ratioToFloor()).isEmpty();
  }

  @Test
  void aRatioIsOfTheMedians() {
    rounds(Contender.FLOOR, 10, 20, 30);
    rounds(Contender.LOCAL, 25, 25, 100);
    assertThat(samples.report(List.of()).rows().get(1).ratioToFloor()).hasValue(1.25);
  }

  @Test
  void aCountHasNoRatio() {
    for (Contender contender : List.of(Contender.FLOOR, Contender.LOCAL)) {
      samples.once(contender, "sent", Samples.COMMANDS, 5);
    }
    assertThat(samples.report(List.of()).rows())
        .allSatisfy(row -> assertThat(row.ratioToFloor()).isEmpty());
  }

  @Test
  void aWarmUpGivesNoFigure() {
    samples.add(Contender.LOCAL, P50, Samples.MICROS, -1, 99);
    assertThat(samples.report(List.of()).rows()).isEmpty();
  }

  @Test
  void aFigureThatNobodyTookHasNoMedian() {
    rounds(Contender.LOCAL, 1, 2, 3);
    assertThat(samples.median(Contender.LOCAL, P50)).isEqualTo(2);
    assertThatThrownBy(() -> samples.median(Contender.FLOOR, P50)).hasMessageContaining(P50);
  }

  @Test
  void percentilesCrossInMicroseconds() {
    Histogram nanos = new Histogram(3);
    for (int i = 1; i <= 1000; i++) {
      nanos.recordValue(i * 1_000L);
    }
    Line line = Percentiles.of(nanos).addTo(Line.of("latency"));
    Percentiles read = Percentiles.from(Line.parse(line.text()));
    assertThat(read.p50()).isBetween(499.0, 501.0);
    assertThat(read.p99()).isBetween(989.0, 991.0);
    assertThat(read.p999()).isBetween(998.0, 1000.0);
  }

  private void rounds(Contender contender, double... values) {
    for (int round = 0; round < values.length; round++) {
      samples.add(contender, P50, Samples.MICROS, round, values[round]);
    }
  }

  private Row onlyRow() {
    List<Row> rows = samples.report(List.of()).rows();
    assertThat(rows).hasSize(1);
    return rows.get(0);
  }
}
