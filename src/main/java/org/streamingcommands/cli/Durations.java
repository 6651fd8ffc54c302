package org.streamingcommands.cli;

import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigValueFactory;
import java.time.Duration;
import picocli.CommandLine.TypeConversionException;

/** Durations as people write them and as the configuration reads them. */
public final class Durations {
  private Durations() {}

  static Duration parse(String text) {
    // The configuration would read a bare number as milliseconds; a person may have meant seconds.
    if (text.isBlank() || Character.isDigit(text.strip().charAt(text.strip().length() - 1))) {
      throw new TypeConversionException("'" + text + "' has no unit; write 500ms, 5s or 2m");
    }
    Duration duration;
    try {
      duration = ConfigValueFactory.fromAnyRef(text).atKey("value").getDuration("value");
    } catch (ConfigException e) {
      throw new TypeConversionException("'" + text + "' is no duration; write 500ms, 5s or 2m");
    }
    if (duration.isNegative() || duration.isZero()) {
      throw new TypeConversionException("'" + text + "' must be more than zero");
    }
    return duration;
  }

  /** Such as 0.31 ms, 12.5 ms or 3.2 s. */
  public static String show(long nanos) {
    double millis = nanos / 1e6;
    if (millis < 10) {
      return "%.2f ms".formatted(millis);
    }
    return millis < 1000 ? "%.1f ms".formatted(millis) : "%.1f s".formatted(millis / 1000);
  }

  /** Such as 3s, 5m12s, 7h3m or 12d4h: the two largest units. */
  static String coarse(Duration duration) {
    if (duration.isNegative()) {
      return "0s";
    }
    if (duration.toDays() > 0) {
      return duration.toDays() + "d" + duration.toHoursPart() + "h";
    }
    if (duration.toHours() > 0) {
      return duration.toHours() + "h" + duration.toMinutesPart() + "m";
    }
    return duration.toMinutes() > 0
        ? duration.toMinutes() + "m" + duration.toSecondsPart() + "s"
        : duration.toSeconds() + "s";
  }
}
