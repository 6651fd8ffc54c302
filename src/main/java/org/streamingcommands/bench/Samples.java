package org.streamingcommands.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** What each round gave, in the order of its first coming. */
final class Samples {
  static final String MICROS = "us";
  static final String PER_SECOND = "asks/s";
  static final String MIB = "MiB";
  static final String PERCENT = "%";
  static final String COMMANDS = "commands";
  static final String MILLIS = "ms";
  static final String BYTES = "bytes";
  static final String CONNECTS_PER_SECOND = "connects/s";
  static final String THREADS = "threads/ask";
  static final String TIMES = "x";
  static final String MICROS_A_SECOND = "us/s";

  /** Counts, and what compares two figures already. */
  private static final Set<String> INCOMPARABLE = Set.of(PERCENT, COMMANDS, TIMES, THREADS);

  private record Measure(String name, String unit) {
    boolean isComparable() {
      return !INCOMPARABLE.contains(unit);
    }
  }

  private final int rounds;
  private final Map<Measure, EnumMap<Contender, double[]>> byMeasure = new LinkedHashMap<>();

  Samples(int rounds) {
    this.rounds = rounds;
  }

  /** A count that a round does not mention is none; a warm-up has a round below 0 and no figure. */
  void add(Contender contender, String measure, String unit, int round, double value) {
    if (round < 0) {
      return;
    }
    byMeasure.computeIfAbsent(new Measure(measure, unit), m -> new EnumMap<>(Contender.class))
            .computeIfAbsent(contender, c -> new double[rounds])[round] =
        value;
  }

  /** Adds the percentiles of a round. */
  void latency(Contender contender, String measure, int round, Percentiles took) {
    add(contender, measure + "_p50", MICROS, round, took.p50());
    add(contender, measure + "_p99", MICROS, round, took.p99());
    add(contender, measure + "_p99.9", MICROS, round, took.p999());
  }

  /**
   * The median so far.
   *
   * @throws IllegalArgumentException where there is no such figure
   */
  double median(Contender contender, String measure) {
    return byMeasure.entrySet().stream()
        .filter(entry -> entry.getKey().name().equals(measure))
        .map(entry -> entry.getValue().get(contender))
        .filter(Objects::nonNull)
        .mapToDouble(Samples::median)
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no " + measure + " of " + contender));
  }

  /** Adds what is measured once in a run. */
  void once(Contender contender, String measure, String unit, double value) {
    for (int round = 0; round < rounds; round++) {
      add(contender, measure, unit, round, value);
    }
  }

  /**
   * @param notes see {@link Report}
   */
  Report report(List<String> notes) {
    List<Row> rows = new ArrayList<>();
    byMeasure.forEach(
        (measure, byContender) ->
            byContender.forEach(
                (contender, values) ->
                    rows.add(row(measure, contender, values, byContender.get(Contender.FLOOR)))));
    return new Report(rows, notes);
  }

  private static Row row(
      Measure measure, Contender contender, double[] values, double @Nullable [] floor) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    boolean comparable = floor != null && measure.isComparable() && median(floor) > 0;
    return new Row(
        contender.label(),
        measure.name(),
        median(values),
        measure.unit(),
        sorted[sorted.length - 1] - sorted[0],
        comparable ? OptionalDouble.of(median(values) / median(floor)) : OptionalDouble.empty());
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return IntStream.of((sorted.length - 1) / 2, sorted.length / 2)
        .mapToDouble(index -> sorted[index])
        .average()
        .orElseThrow();
  }
}
