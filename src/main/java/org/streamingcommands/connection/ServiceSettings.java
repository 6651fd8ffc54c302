package org.streamingcommands.connection;

import com.typesafe.config.Config;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;

/**
 * How one service treats its clients. Read once, from {@code streaming-commands.connection} with
 * {@code streaming-commands.services.<name>} on top; the keys are explained in {@code
 * reference.conf}.
 */
public record ServiceSettings(
    int queueSize,
    long queueBytes,
    Duration queueTimeout,
    int maxInFlight,
    long maxInFlightBytes,
    int maxCommandBytes,
    Duration dedupWindow,
    int dedupSize,
    int dedupBytes,
    Duration resumeWindow,
    SecondConnection secondConnection,
    PingStrategy pingStrategy,
    Duration pingInterval,
    Duration pingTimeout,
    Duration helloTimeout,
    int maxClients,
    int maxFrameRate,
    Set<String> types) {

  public ServiceSettings {
    atLeast("queue-size", queueSize, 1);
    atLeast("queue-bytes", queueBytes, 1);
    atLeast("max-in-flight", maxInFlight, 1);
    atLeast("max-in-flight-bytes", maxInFlightBytes, 1);
    atLeast("max-command-size", maxCommandBytes, 1);
    atLeast("dedup-size", dedupSize, 0);
    atLeast("dedup-bytes", dedupBytes, 0);
    atLeast("max-clients", maxClients, 0);
    atLeast("max-frame-rate", maxFrameRate, 0);
    types = Set.copyOf(types);
    notNegative("queue-timeout", queueTimeout);
    notNegative("dedup-window", dedupWindow);
    notNegative("resume-window", resumeWindow);
    positive("ping-interval", pingInterval);
    positive("ping-timeout", pingTimeout);
    positive("hello-timeout", helloTimeout);
    if (pingTimeout.compareTo(pingInterval) < 0) {
      throw new IllegalArgumentException(
          "ping-timeout (%s) must not be less than ping-interval (%s)"
              .formatted(pingTimeout, pingInterval));
    }
  }

  /**
   * @param config the merged section
   * @throws IllegalArgumentException naming the key that is wrong
   */
  public static ServiceSettings from(Config config) {
    return new ServiceSettings(
        config.getInt("queue-size"),
        config.getBytes("queue-bytes"),
        config.getDuration("queue-timeout"),
        config.getInt("max-in-flight"),
        config.getBytes("max-in-flight-bytes"),
        Math.toIntExact(config.getBytes("max-command-size")),
        config.getDuration("dedup-window"),
        config.getInt("dedup-size"),
        Math.toIntExact(config.getBytes("dedup-bytes")),
        config.getDuration("resume-window"),
        config.getEnum(SecondConnection.class, "second-connection"),
        config.getEnum(PingStrategy.class, "ping-strategy"),
        config.getDuration("ping-interval"),
        config.getDuration("ping-timeout"),
        config.getDuration("hello-timeout"),
        config.getInt("max-clients"),
        config.getInt("max-frame-rate"),
        new HashSet<>(config.getStringList("types")));
  }

  /** Whether commands of this type are for the service's clients. */
  boolean takes(String typeUrl) {
    return types.isEmpty() || types.contains(typeUrl.substring(typeUrl.lastIndexOf('/') + 1));
  }

  private static void atLeast(String key, long value, long least) {
    if (value < least) {
      throw new IllegalArgumentException(
          "%s must be at least %d, is %d".formatted(key, least, value));
    }
  }

  private static void notNegative(String key, Duration value) {
    if (value.isNegative()) {
      throw new IllegalArgumentException("%s must not be negative, is %s".formatted(key, value));
    }
  }

  private static void positive(String key, Duration value) {
    if (value.isNegative() || value.isZero()) {
      throw new IllegalArgumentException("%s must be more than zero, is %s".formatted(key, value));
    }
  }
}
