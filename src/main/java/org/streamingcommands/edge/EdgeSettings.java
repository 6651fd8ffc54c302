package org.streamingcommands.edge;

import com.typesafe.config.Config;
import java.net.InetSocketAddress;
import java.time.Duration;
import org.streamingcommands.edge.http2.ServerSettings;

/** How the edge listens; the keys are explained in {@code reference.conf}. */
public record EdgeSettings(
    String host,
    int port,
    int backlog,
    int eventLoops,
    int maxFrameBytes,
    Duration keepaliveTime,
    Duration keepaliveTimeout,
    Duration permitKeepaliveTime,
    Duration maxConnectionAge,
    Duration maxConnectionAgeGrace,
    Duration stopTimeout,
    Duration handshakeTimeout,
    Duration idleTimeout,
    int maxHeaderBytes,
    int maxStreamsPerConnection,
    boolean reflection) {

  public EdgeSettings {
    if (port < 0 || port > 65535) {
      throw new IllegalArgumentException("edge.port must be 0 to 65535, is " + port);
    }
    if (backlog < 1) {
      throw new IllegalArgumentException("edge.backlog must be at least 1, is " + backlog);
    }
    if (eventLoops < 0) {
      throw new IllegalArgumentException("edge.event-loops must be at least 0, is " + eventLoops);
    }
    if (maxFrameBytes < 1024) {
      throw new IllegalArgumentException(
          "edge.max-frame-size must be at least 1 KiB, is " + maxFrameBytes);
    }
    if (maxHeaderBytes < 1024) {
      throw new IllegalArgumentException(
          "edge.max-header-size must be at least 1 KiB, is " + maxHeaderBytes);
    }
    if (maxStreamsPerConnection < 1) {
      throw new IllegalArgumentException(
          "edge.max-streams-per-connection must be at least 1, is " + maxStreamsPerConnection);
    }
    moreThanZero("handshake-timeout", handshakeTimeout);
    moreThanZero("idle-timeout", idleTimeout);
  }

  /**
   * @param config the section {@code streaming-commands.edge}
   */
  public static EdgeSettings from(Config config) {
    return new EdgeSettings(
        config.getString("host"),
        config.getInt("port"),
        config.getInt("backlog"),
        config.getInt("event-loops"),
        Math.toIntExact(config.getBytes("max-frame-size")),
        config.getDuration("keepalive-time"),
        config.getDuration("keepalive-timeout"),
        config.getDuration("permit-keepalive-time"),
        config.getDuration("max-connection-age"),
        config.getDuration("max-connection-age-grace"),
        config.getDuration("stop-timeout"),
        config.getDuration("handshake-timeout"),
        config.getDuration("idle-timeout"),
        Math.toIntExact(config.getBytes("max-header-size")),
        config.getInt("max-streams-per-connection"),
        config.getBoolean("reflection"));
  }

  private static void moreThanZero(String key, Duration value) {
    if (value.isNegative() || value.isZero()) {
      throw new IllegalArgumentException(
          "edge.%s must be more than zero, is %s".formatted(key, value));
    }
  }

  ServerSettings http2() {
    return new ServerSettings(
        new InetSocketAddress(host, port),
        backlog,
        maxFrameBytes,
        maxHeaderBytes,
        maxStreamsPerConnection,
        handshakeTimeout,
        idleTimeout,
        keepaliveTime,
        keepaliveTimeout,
        permitKeepaliveTime,
        maxConnectionAge,
        maxConnectionAgeGrace);
  }
}
