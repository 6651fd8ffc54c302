package org.streamingcommands.bench;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What the bench and its processes say to each other: a word and named values, in one line of text.
 */
record Line(String word, Map<String, String> values) {
  static final String ERROR = "error";

  private static final String TAB = "\t";

  static Line of(String word) {
    return new Line(word, new LinkedHashMap<>());
  }

  static Line error(Throwable error) {
    return of(ERROR).with("message", error.toString().replaceAll("\\s+", " "));
  }

  /** Adds a value and returns this. */
  Line with(String name, Object value) {
    values.put(name, String.valueOf(value));
    return this;
  }

  static Line parse(String text) {
    String[] cells = text.split(TAB);
    Line line = of(cells[0]);
    for (int i = 1; i < cells.length; i++) {
      int equals = cells[i].indexOf('=');
      line.with(cells[i].substring(0, equals), cells[i].substring(equals + 1));
    }
    return line;
  }

  boolean has(String name) {
    return values.containsKey(name);
  }

  String get(String name) {
    String value = values.get(name);
    if (value == null) {
      throw new IllegalArgumentException("'%s' has no %s".formatted(word, name));
    }
    return value;
  }

  int number(String name) {
    return Integer.parseInt(get(name));
  }

  long longNumber(String name) {
    return Long.parseLong(get(name));
  }

  double decimal(String name) {
    return Double.parseDouble(get(name));
  }

  /** In one line. */
  String text() {
    StringBuilder text = new StringBuilder(word);
    values.forEach((name, value) -> text.append(TAB).append(name).append('=').append(value));
    return text.toString();
  }
}
