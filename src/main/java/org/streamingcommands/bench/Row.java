package org.streamingcommands.bench;

import java.util.Locale;
import java.util.OptionalDouble;

/**
 * One figure.
 *
 * @param value the median over the rounds
 * @param spread the largest minus the smallest, in the same unit
 * @param ratioToFloor empty where there is no such figure of the floor, or a ratio says nothing
 */
public record Row(
    String contender,
    String measure,
    double value,
    String unit,
    double spread,
    OptionalDouble ratioToFloor) {

  /** As an object of JSON. */
  String json() {
    return String.format(
        Locale.ROOT,
        "{\"contender\":\"%s\",\"measure\":\"%s\",\"value\":%.3f,\"unit\":\"%s\",\"spread\":%.3f,"
            + "\"ratio_to_floor\":%s}",
        contender,
        measure,
        value,
        unit,
        spread,
        ratioToFloor.isPresent()
            ? String.format(Locale.ROOT, "%.3f", ratioToFloor.getAsDouble())
            : "null");
  }
}
