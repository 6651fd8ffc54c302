package org.streamingcommands.bench;

import org.HdrHistogram.AbstractHistogram;

/** What of a histogram of nanoseconds crosses to the bench, in microseconds. */
record Percentiles(double p50, double p99, double p999) {
  static Percentiles of(AbstractHistogram nanos) {
    return new Percentiles(at(nanos, 50), at(nanos, 99), at(nanos, 99.9));
  }

  private static double at(AbstractHistogram nanos, double percentile) {
    return nanos.getValueAtPercentile(percentile) / 1e3;
  }

  Line addTo(Line line) {
    return line.with("p50", p50).with("p99", p99).with("p999", p999);
  }

  static Percentiles from(Line line) {
    return new Percentiles(line.decimal("p50"), line.decimal("p99"), line.decimal("p999"));
  }
}
