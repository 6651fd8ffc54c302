package org.streamingcommands.bench;

import java.util.List;
import java.util.stream.Collectors;

/**
 * The figures of a run, measure by measure.
 *
 * @param notes what was left out, and why
 */
public record Report(List<Row> rows, List<String> notes) {
  public Report {
    rows = List.copyOf(rows);
    notes = List.copyOf(notes);
  }

  /** An array, an object a line. */
  public String json() {
    return rows.stream().map(Row::json).collect(Collectors.joining(",\n  ", "[\n  ", "\n]\n"));
  }

  /** A drawing of all figures. */
  public String svg() {
    return Chart.svg(rows);
  }
}
