package org.streamingcommands.connection;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/** How long something took, in fixed buckets. Recording costs one increment and one addition. */
public final class Histogram {
  /** The upper bounds, in microseconds; what is above the last is in a bucket of its own. */
  private static final long[] BOUNDS_MICROS = {
    50,
    100,
    250,
    500,
    1_000,
    2_500,
    5_000,
    10_000,
    25_000,
    50_000,
    100_000,
    250_000,
    500_000,
    1_000_000,
    2_500_000,
    5_000_000,
    10_000_000,
    30_000_000
  };

  private final LongAdder[] buckets = new LongAdder[BOUNDS_MICROS.length + 1];
  private final LongAdder sumNanos = new LongAdder();

  public Histogram() {
    for (int i = 0; i < buckets.length; i++) {
      buckets[i] = new LongAdder();
    }
  }

  public void record(long nanos) {
    long micros = TimeUnit.NANOSECONDS.toMicros(nanos);
    int bucket = 0;
    while (bucket < BOUNDS_MICROS.length && micros > BOUNDS_MICROS[bucket]) {
      bucket++;
    }
    buckets[bucket].increment();
    sumNanos.add(nanos);
  }

  /** The upper bounds in seconds, but the last bucket's, which has none. */
  public static double[] boundsSeconds() {
    double[] bounds = new double[BOUNDS_MICROS.length];
    for (int i = 0; i < bounds.length; i++) {
      bounds[i] = BOUNDS_MICROS[i] / 1e6;
    }
    return bounds;
  }

  /** How many are in each bucket; one more than there are bounds. */
  public long[] counts() {
    long[] counts = new long[buckets.length];
    for (int i = 0; i < counts.length; i++) {
      counts[i] = buckets[i].sum();
    }
    return counts;
  }

  public double sumSeconds() {
    return sumNanos.sum() / 1e9;
  }

  /**
   * About how long the given share took at most, in seconds; 0 where nothing was recorded.
   *
   * @param counts of one histogram, or the sums of several's
   */
  public static double quantileSeconds(double share, long[] counts) {
    long total = 0;
    for (long count : counts) {
      total += count;
    }
    double rank = share * total;
    long below = 0;
    for (int i = 0; i < counts.length && total > 0; i++) {
      if (below + counts[i] >= rank && counts[i] > 0) {
        double low = i == 0 ? 0 : BOUNDS_MICROS[i - 1];
        double high = i < BOUNDS_MICROS.length ? BOUNDS_MICROS[i] : low;
        return (low + (high - low) * (rank - below) / counts[i]) / 1e6;
      }
      below += counts[i];
    }
    return 0;
  }
}
