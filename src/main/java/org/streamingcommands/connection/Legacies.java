package org.streamingcommands.connection;

import java.time.InstantSource;
import java.util.concurrent.ConcurrentHashMap;
import org.streamingcommands.command.ClientKey;

/**
 * What entities of other nodes left to their successors, as far as word of it came before them: one
 * that comes to life here waits for it, so that nothing new overtakes. Thread-safe.
 */
final class Legacies {
  private static final long KEPT_MILLIS = 10_000;

  private record Announced(int messages, long atMillis) {}

  private final ConcurrentHashMap<ClientKey, Announced> byClient = new ConcurrentHashMap<>();
  private final InstantSource clock;

  Legacies(InstantSource clock) {
    this.clock = clock;
  }

  void announced(Gateway.LegacyLeft left) {
    byClient.put(left.client(), new Announced(left.messages(), clock.millis()));
  }

  /** How many messages are on their way to this client's entity. */
  int take(ClientKey client) {
    Announced announced = byClient.remove(client);
    return announced == null || isOld(announced) ? 0 : announced.messages();
  }

  /** Forgets those whose successors came to life elsewhere. */
  void sweep() {
    byClient.values().removeIf(this::isOld);
  }

  private boolean isOld(Announced announced) {
    return announced.atMillis() + KEPT_MILLIS < clock.millis();
  }
}
