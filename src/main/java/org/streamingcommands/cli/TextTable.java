package org.streamingcommands.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Rows in columns as wide as their widest cell. */
public final class TextTable {
  private static final String GAP = "  ";

  private final List<List<String>> rows = new ArrayList<>();

  public TextTable(String... head) {
    row(head);
  }

  public TextTable row(String... cells) {
    rows.add(Arrays.stream(cells).map(Plain::text).toList());
    return this;
  }

  /** One string a row, without trailing spaces. */
  public List<String> lines() {
    int columns = rows.get(0).size();
    int[] widths = new int[columns];
    for (List<String> row : rows) {
      for (int i = 0; i < columns; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    return rows.stream().map(row -> line(row, widths)).toList();
  }

  private static String line(List<String> row, int[] widths) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < widths.length; i++) {
      String cell = row.get(i);
      line.append(i == 0 ? "" : GAP).append(cell).append(" ".repeat(widths[i] - cell.length()));
    }
    return line.toString().stripTrailing();
  }
}
