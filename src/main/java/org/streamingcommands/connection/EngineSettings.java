package org.streamingcommands.connection;

import com.typesafe.config.Config;
import java.time.Duration;

/** How the engine of one node behaves; the keys are explained in {@code reference.conf}. */
public record EngineSettings(
    ServiceSettings defaults,
    Duration idleStop,
    Duration reattachInterval,
    int numberOfShards,
    String role) {

  public EngineSettings {
    if (numberOfShards < 1) {
      throw new IllegalArgumentException(
          "number-of-shards must be at least 1, is " + numberOfShards);
    }
    if (idleStop.isNegative() || idleStop.isZero()) {
      throw new IllegalArgumentException("idle-stop must be more than zero, is " + idleStop);
    }
  }

  /**
   * @param config the section {@code streaming-commands}
   */
  public static EngineSettings from(Config config) {
    Config engine = config.getConfig("engine");
    return new EngineSettings(
        ServiceSettings.from(config.getConfig("connection")),
        engine.getDuration("idle-stop"),
        engine.getDuration("reattach-interval"),
        engine.getInt("number-of-shards"),
        engine.getString("role"));
  }
}
