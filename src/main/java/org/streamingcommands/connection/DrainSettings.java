package org.streamingcommands.connection;

import com.typesafe.config.Config;
import java.time.Duration;

/** How a node takes leave of its clients; the keys are explained in {@code reference.conf}. */
public record DrainSettings(
    int goodbyesPerSecond, Duration window, Duration inFlightTimeout, Duration reconnectGrace) {

  public DrainSettings {
    if (goodbyesPerSecond < 1) {
      throw new IllegalArgumentException(
          "drain.goodbyes-per-second must be at least 1, is " + goodbyesPerSecond);
    }
    if (window.isNegative() || inFlightTimeout.isNegative() || reconnectGrace.isNegative()) {
      throw new IllegalArgumentException(
          "drain.window, drain.in-flight-timeout and drain.reconnect-grace must not be negative");
    }
  }

  /**
   * @param config the section {@code streaming-commands.drain}
   */
  public static DrainSettings from(Config config) {
    return new DrainSettings(
        config.getInt("goodbyes-per-second"),
        config.getDuration("window"),
        config.getDuration("in-flight-timeout"),
        config.getDuration("reconnect-grace"));
  }

  /** How long a drain may take in all. */
  public Duration limit() {
    return window.plus(inFlightTimeout);
  }

  /** How many a second: a fleet too large for the window is told faster. */
  double rate(int clients) {
    double seconds = window.toNanos() / 1e9;
    return seconds == 0 ? Double.POSITIVE_INFINITY : Math.max(goodbyesPerSecond, clients / seconds);
  }
}
