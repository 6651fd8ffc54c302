package org.streamingcommands.connection;

import com.typesafe.config.Config;
import java.time.Duration;

/** How many clients a node takes in; the keys are explained in {@code reference.conf}. */
public record AdmissionSettings(
    int maxConnections, int acceptRate, int acceptBurst, Duration retryAfter) {

  public AdmissionSettings {
    if (maxConnections < 0 || acceptRate < 0) {
      throw new IllegalArgumentException(
          "admission.max-connections and admission.accept-rate must not be negative");
    }
    if (acceptBurst < 1) {
      throw new IllegalArgumentException(
          "admission.accept-burst must be at least 1, is " + acceptBurst);
    }
    if (retryAfter.isNegative() || retryAfter.isZero()) {
      throw new IllegalArgumentException(
          "admission.retry-after must be more than zero, is " + retryAfter);
    }
  }

  /**
   * @param config the section {@code streaming-commands.admission}
   */
  public static AdmissionSettings from(Config config) {
    return new AdmissionSettings(
        config.getInt("max-connections"),
        config.getInt("accept-rate"),
        config.getInt("accept-burst"),
        config.getDuration("retry-after"));
  }
}
