package org.streamingcommands.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

/** That the drawing is one, and in proportion. */
class ChartTest {
  private static final Row FLOOR = row("floor", "closed_p50", 50);
  private static final Row LOCAL = row("local", "closed_p50", 100);

  @Test
  void barsAreAsLongAsTheirValues() throws Exception {
    List<Double> widths = barWidths(Chart.svg(List.of(FLOOR, LOCAL)));
    assertThat(widths).hasSize(2);
    assertThat(widths.get(1)).isEqualTo(2 * widths.get(0));
  }

  @Test
  void everyMeasureHasItsOwnScale() throws Exception {
    List<Double> widths =
        barWidths(Chart.svg(List.of(FLOOR, LOCAL, row("local", "window_64", 90_000))));
    assertThat(widths.get(2)).isEqualTo(widths.get(1));
  }

  @Test
  void nothingAndLessThanNothingHaveNoBar() throws Exception {
    List<Double> widths =
        barWidths(Chart.svg(List.of(row("floor", "change", 0), row("local", "change", -3))));
    assertThat(widths).containsExactly(0.0, 0.0);
  }

  @Test
  void namesAreEscaped() throws Exception {
    String svg = Chart.svg(List.of(row("a<b", "p&q", 1)));
    assertThat(svg).contains("a&lt;b", "p&amp;q");
    assertThat(parse(svg).getDocumentElement().getTagName()).isEqualTo("svg");
  }

  private static Row row(String contender, String measure, double value) {
    return new Row(contender, measure, value, "us", 0, OptionalDouble.empty());
  }

  /** Of all but the background. */
  private static List<Double> barWidths(String svg) throws Exception {
    var rects = parse(svg).getElementsByTagName("rect");
    List<Double> widths = new ArrayList<>();
    for (int i = 1; i < rects.getLength(); i++) {
      widths.add(Double.parseDouble(((Element) rects.item(i)).getAttribute("width")));
    }
    return widths;
  }

  private static Document parse(String svg) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)));
  }
}
