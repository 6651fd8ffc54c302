package org.streamingcommands.api;

import com.typesafe.config.Config;
import java.time.Duration;

/**
 * The listener's settings; the keys are explained in {@code reference.conf}.
 *
 * @param host where it listens
 * @param port 0 for any free one
 * @param maxMessageSize of one gRPC message, in bytes
 * @param maxInFlight commands that one Dispatch stream may have under way
 * @param watchBuffer changes of presence that may wait for one watcher
 * @param defaultTimeout the deadline of a command whose sender names none
 * @param maxTimeout the longest deadline that a sender may name
 * @param requestTimeout how long a request may take to come whole
 * @param firstRequestTimeout how long a connection may take to its first request
 * @param reflection whether tools may ask for the descriptors
 * @param grpcWeb whether gRPC-Web is answered
 * @param stopTimeout how long a stop waits for calls to end by themselves
 */
public record ApiSettings(
    String host,
    int port,
    int maxMessageSize,
    int maxInFlight,
    int watchBuffer,
    Duration defaultTimeout,
    Duration maxTimeout,
    Duration requestTimeout,
    Duration firstRequestTimeout,
    boolean reflection,
    boolean grpcWeb,
    Duration stopTimeout) {

  public ApiSettings {
    if (host.isBlank()) {
      throw new IllegalArgumentException("host must not be empty");
    }
    if (port < 0 || port > 65535) {
      throw new IllegalArgumentException("port must be 0 to 65535, is " + port);
    }
    atLeastOne("max-message-size", maxMessageSize);
    atLeastOne("max-in-flight", maxInFlight);
    atLeastOne("watch-buffer", watchBuffer);
    moreThanZero("default-timeout", defaultTimeout);
    moreThanZero("request-timeout", requestTimeout);
    moreThanZero("first-request-timeout", firstRequestTimeout);
    if (maxTimeout.compareTo(defaultTimeout) < 0) {
      throw new IllegalArgumentException(
          "max-timeout must not be less than default-timeout, is " + maxTimeout);
    }
    if (stopTimeout.isNegative()) {
      throw new IllegalArgumentException("stop-timeout must not be negative, is " + stopTimeout);
    }
  }

  /**
   * @param config the section {@code streaming-commands.api}
   * @throws IllegalArgumentException naming the key that is wrong
   */
  public static ApiSettings from(Config config) {
    return new ApiSettings(
        config.getString("host"),
        config.getInt("port"),
        size(config, "max-message-size"),
        config.getInt("max-in-flight"),
        config.getInt("watch-buffer"),
        config.getDuration("default-timeout"),
        config.getDuration("max-timeout"),
        config.getDuration("request-timeout"),
        config.getDuration("first-request-timeout"),
        config.getBoolean("reflection"),
        config.getBoolean("grpc-web"),
        config.getDuration("stop-timeout"));
  }

  private static int size(Config config, String key) {
    long bytes = config.getBytes(key);
    if (bytes > Integer.MAX_VALUE / 2) {
      throw new IllegalArgumentException("%s must be less than 1 GiB, is %d".formatted(key, bytes));
    }
    return (int) bytes;
  }

  private static void moreThanZero(String key, Duration value) {
    if (value.isNegative() || value.isZero()) {
      throw new IllegalArgumentException("%s must be more than zero, is %s".formatted(key, value));
    }
  }

  private static void atLeastOne(String key, int value) {
    if (value < 1) {
      throw new IllegalArgumentException("%s must be at least 1, is %d".formatted(key, value));
    }
  }
}
