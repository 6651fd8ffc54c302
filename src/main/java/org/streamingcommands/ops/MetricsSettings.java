package org.streamingcommands.ops;

import com.typesafe.config.Config;

/**
 * Where Prometheus reads; the keys are explained in {@code reference.conf}.
 *
 * @param enabled whether there is such a listener at all
 * @param port 0 for any free one
 * @param jvm whether the figures of the JVM are among them
 */
public record MetricsSettings(boolean enabled, String host, int port, boolean jvm) {

  public MetricsSettings {
    if (host.isBlank()) {
      throw new IllegalArgumentException("metrics.host must not be empty");
    }
    if (port < 0 || port > 65535) {
      throw new IllegalArgumentException("metrics.port must be 0 to 65535, is " + port);
    }
  }

  /**
   * @param config the section {@code streaming-commands.metrics}
   */
  public static MetricsSettings from(Config config) {
    return new MetricsSettings(
        config.getBoolean("enabled"),
        config.getString("host"),
        config.getInt("port"),
        config.getBoolean("jvm"));
  }
}
