package org.streamingcommands.api;

import com.typesafe.config.ConfigFactory;
import java.util.ArrayList;
import java.util.List;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.http.javadsl.settings.ServerSettings;
import org.apache.pekko.io.Inet;

/** How Pekko HTTP serves the api, on top of what the system's configuration says. */
final class HttpSettings {
  /**
   * A quiet connection is cut after idle-timeout, in either direction; callers with keepalive stay.
   * Pings of the server stay off: where their answer fails to come Pekko HTTP does not close the
   * connection, and they keep idle-timeout from ever firing. A strict entity of one byte spares
   * unary calls their stream. Resets are throttled where they can only be an attack: every call of
   * a connection may be cancelled several times a second. A request that makes no sense is told so,
   * and is no line of our log: strangers could fill it.
   */
  private static final String OVERRIDES =
      """
      pekko.http.server {
        enable-http2 = on
        server-header = ""
        idle-timeout = 10 min
        backlog = 4096
        max-connections = 10000
        remote-address-attribute = on
        http2 {
          max-concurrent-streams = 1024
          min-collect-strict-entity-size = 1
          ping-interval = 0 s
          frame-type-throttle {
            frame-types = %1$s
            cost = %2$d
            burst = %2$d
            interval = 1 s
          }
        }
        parsing.ssl-session-attribute = on
        parsing.error-logging-verbosity = off
      }
      """
          .formatted(FloodWatch.THROTTLED, FloodWatch.MOST_A_SECOND);

  private HttpSettings() {}

  static ServerSettings of(ActorSystem<?> system, Newcomers newcomers) {
    ServerSettings settings =
        ServerSettings.create(
            ConfigFactory.parseString(OVERRIDES).withFallback(system.settings().config()));
    List<Inet.SocketOption> options = new ArrayList<>();
    settings.getSocketOptions().forEach(options::add);
    options.add(newcomers);
    return settings.withSocketOptions(options);
  }
}
