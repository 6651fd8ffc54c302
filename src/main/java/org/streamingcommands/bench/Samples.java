package org.streamingcommands.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** What each round gave, in the order of its first coming. */
final class Samples {
  static final String MICROS = "us";
  static final String PER_SECOND = "asks/s";
  static final String MIB = "MiB";
  static final String PERCENT = "%";
  static final String COMMANDS = "commands";

  private record Measure(String name, String unit) {
    boolean isComparable() {
      return !unit.equals(PERCENT) && !unit.equals(COMMANDS);
    }
  }

  private final int rounds;
  private final Map<Measure, EnumMap<Contender, double[]>> byMeasure = new LinkedHashMap<>();

  Samples(int rounds) {
    this.rounds = rounds;
  }

  /** A count that a round does not mention is none. */
  void add(Contender contender, String measure, String unit, int round, double value) {
    byMeasure.computeIfAbsent(new Measure(measure, unit), m -> new EnumMap<>(Contender.class))
            .computeIfAbsent(contender, c -> new double[rounds])[round] =
        value;
  }

  Report report() {
    List<Row> rows = new ArrayList<>();
    byMeasure.forEach(
        (measure, byContender) ->
            byContender.forEach(
                (contender, values) ->
                    rows.add(row(measure, contender, values, byContender.get(Contender.FLOOR)))));
    return new Report(rows);
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
