package org.streamingcommands.security;

import com.typesafe.config.Config;
import java.util.LinkedHashMap;
import java.util.Map;

/** The quota of every principal that was here lately. Thread-safe. */
final class Quotas {
  /** Principals have shown who they are, so this bounds memory and is no defence. */
  private static final int MAX_KNOWN = 100_000;

  private final int maxConnections;
  private final int commandsPerSecond;
  private final Map<String, Quota> known =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Quota> eldest) {
          return size() > MAX_KNOWN && eldest.getValue().isUnused();
        }
      };

  Quotas(int maxConnections, int commandsPerSecond) {
    this.maxConnections = atLeastZero("max-connections", maxConnections);
    this.commandsPerSecond = atLeastZero("max-rate", commandsPerSecond);
  }

  /**
   * @param config has max-connections and max-rate
   */
  static Quotas from(Config config) {
    return new Quotas(config.getInt("max-connections"), config.getInt("max-rate"));
  }

  /** The principal's, of this many of its own or of what all have. */
  Quota of(Proof proof, String name, int ownConnections, int ownRate) {
    int connections = ownConnections < 0 ? maxConnections : ownConnections;
    int rate = ownRate < 0 ? commandsPerSecond : ownRate;
    if (connections == 0 && rate == 0) {
      return Quota.NONE;
    }
    synchronized (known) {
      return known.computeIfAbsent(proof + "/" + name, any -> new Quota(connections, rate));
    }
  }

  private static int atLeastZero(String key, int value) {
    if (value < 0) {
      throw new IllegalArgumentException(
          "streaming-commands.security.limits.%s: must not be negative, is %d"
              .formatted(key, value));
    }
    return value;
  }
}
