package org.streamingcommands.connection;

import java.time.InstantSource;
import java.util.concurrent.ConcurrentHashMap;
import org.streamingcommands.command.ClientKey;

/**
 * Word of what entities leave to their successors on other nodes. One that comes to life here, and
 * that word came before, waits for it, so that nothing new overtakes. Thread-safe.
 */
final class Legacies {
  private static final long KEPT_MILLIS = 10_000;

  private record Announced(int messages, long atMillis) {}

  private final ConcurrentHashMap<ClientKey, Announced> byClient = new ConcurrentHashMap<>();
  private final InstantSource clock;
  private final ClusterNodes nodes;
  private final Gateways gateways;

  Legacies(InstantSource clock, ClusterNodes nodes, Gateways gateways) {
    this.clock = clock;
    this.nodes = nodes;
    this.gateways = gateways;
  }

  /** An entity left so many messages to its successor, and has no stream to tell it. */
  void announce(ClientKey client, int messages) {
    nodes
        .otherHosts()
        .forEach(host -> gateways.of(host).tell(new Gateway.LegacyLeft(client, messages)));
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
