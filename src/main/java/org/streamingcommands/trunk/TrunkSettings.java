package org.streamingcommands.trunk;

import com.typesafe.config.Config;

/**
 * {@code streaming-commands.trunk}; the comments of reference.conf say what each is for.
 *
 * @param port 0 for any free one
 * @param canonicalPort 0 for the one that it listens on
 */
public record TrunkSettings(boolean enabled, int port, int canonicalPort) {
  private static final int LAST_PORT = 65_535;

  /**
   * @throws IllegalArgumentException naming the key that is wrong
   */
  public static TrunkSettings from(Config config) {
    return new TrunkSettings(
        config.getBoolean("enabled"), port(config, "port"), port(config, "canonical-port"));
  }

  private static int port(Config config, String key) {
    int port = config.getInt(key);
    if (port < 0 || port > LAST_PORT) {
      throw new IllegalArgumentException(
          "streaming-commands.trunk.%s must be between 0 and %d, is %d"
              .formatted(key, LAST_PORT, port));
    }
    return port;
  }
}
