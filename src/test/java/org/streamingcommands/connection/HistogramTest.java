package org.streamingcommands.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class HistogramTest {
  private final Histogram histogram = new Histogram();

  @Test
  void whatWasRecordedIsInTheBucketOfItsLength() {
    histogram.record(TimeUnit.MICROSECONDS.toNanos(50));
    histogram.record(TimeUnit.MICROSECONDS.toNanos(51));
    histogram.record(TimeUnit.MINUTES.toNanos(5));

    long[] counts = histogram.counts();
    assertThat(counts).hasSize(Histogram.boundsSeconds().length + 1);
    assertThat(counts[0]).isEqualTo(1);
    assertThat(counts[1]).isEqualTo(1);
    assertThat(counts[counts.length - 1]).isEqualTo(1);
    assertThat(histogram.sumSeconds()).isCloseTo(300, within(0.001));
  }

  @Test
  void aQuantileIsWithinItsBucket() {
    for (int i = 0; i < 99; i++) {
      histogram.record(TimeUnit.MILLISECONDS.toNanos(2));
    }
    histogram.record(TimeUnit.SECONDS.toNanos(2));

    assertThat(Histogram.quantileSeconds(0.5, histogram.counts())).isBetween(0.001, 0.0025);
    assertThat(Histogram.quantileSeconds(0.995, histogram.counts())).isBetween(1.0, 2.5);
  }

  @Test
  void nothingHasNoQuantile() {
    assertThat(Histogram.quantileSeconds(0.5, histogram.counts())).isZero();
  }
}
