package org.streamingcommands.bench;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The figures of a run as a drawing: for each measure a group of bars, one a contender, the longest
 * of them as long as there is room.
 */
final class Chart {
  private static final int WIDTH = 900;
  private static final int BAR_LEFT = 130;
  private static final int BAR_ROOM = 560;
  private static final int BAR_HEIGHT = 14;
  private static final int LINE = 18;
  private static final int HEAD = 26;
  private static final int MARGIN = 12;

  /** One colour a contender, in their own order; told apart by the colour-blind, too. */
  private static final List<String> COLOURS =
      List.of(
          "#7f7f7f", "#0072b2", "#56b4e9", "#009e73", "#e69f00", "#d55e00", "#cc79a7", "#b8a000");

  private final Map<String, List<Row>> byMeasure;
  private final StringBuilder svg = new StringBuilder();
  private int y = MARGIN;

  private Chart(List<Row> rows) {
    byMeasure =
        rows.stream()
            .collect(
                Collectors.groupingBy(
                    row -> row.measure() + ", " + row.unit(),
                    LinkedHashMap::new,
                    Collectors.toList()));
  }

  /** As a document of SVG. */
  static String svg(List<Row> rows) {
    Chart chart = new Chart(rows);
    chart.byMeasure.forEach(chart::group);
    return String.format(
            Locale.ROOT,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%1$d\" height=\"%2$d\""
                + " viewBox=\"0 0 %1$d %2$d\" font-family=\"sans-serif\" font-size=\"12\">%n"
                + "<rect width=\"%1$d\" height=\"%2$d\" fill=\"white\"/>%n",
            WIDTH,
            chart.y + MARGIN)
        + chart.svg
        + "</svg>\n";
  }

  private void group(String title, List<Row> rows) {
    y += HEAD;
    text(MARGIN, title, " font-weight=\"bold\"");
    double longest = rows.stream().mapToDouble(Row::value).max().orElse(0);
    for (Row row : rows) {
      y += LINE;
      bar(row, longest > 0 ? Math.max(0, row.value()) / longest : 0);
    }
  }

  private void bar(Row row, double share) {
    double length = share * BAR_ROOM;
    text(MARGIN, row.contender(), "");
    svg.append(
        String.format(
            Locale.ROOT,
            "<rect x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"%s\"/>%n",
            BAR_LEFT,
            y - BAR_HEIGHT + 3,
            length,
            BAR_HEIGHT,
            colour(row.contender())));
    text(BAR_LEFT + (int) length + 6, label(row), "");
  }

  private static String label(Row row) {
    String value =
        String.format(Locale.ROOT, Math.abs(row.value()) < 100 ? "%.2f" : "%,.0f", row.value());
    return row.ratioToFloor().isPresent()
        ? value + String.format(Locale.ROOT, " (%.2f x floor)", row.ratioToFloor().getAsDouble())
        : value;
  }

  private static String colour(String contender) {
    for (Contender one : Contender.values()) {
      if (one.label().equals(contender)) {
        return COLOURS.get(one.ordinal() % COLOURS.size());
      }
    }
    return COLOURS.get(0);
  }

  private void text(int x, String text, String attributes) {
    String escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    svg.append("<text x=\"%d\" y=\"%d\"%s>%s</text>%n".formatted(x, y, attributes, escaped));
  }
}
