package org.streamingcommands.bench;

import java.util.List;
import java.util.stream.Collectors;

/** The figures of a run, measure by measure. */
public record Report(List<Row> rows) {
  public Report {
    rows = List.copyOf(rows);
  }

  /** An array, an object a line. */
  public String json() {
    return rows.stream().map(Row::json).collect(Collectors.joining(",\n  ", "[\n  ", "\n]\n"));
  }
}
