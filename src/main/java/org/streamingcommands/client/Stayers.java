package org.streamingcommands.client;

import java.util.concurrent.ConcurrentHashMap;
import org.streamingcommands.command.ClientKey;

/**
 * The clients that have something under way at another home than is theirs now. What comes after it
 * goes there too, until all of it has ended: two homes would not keep an order. Changed under the
 * links' lock, read by anybody.
 */
final class Stayers {
  private record Stay(ApiLink home, int count) {}

  private final ConcurrentHashMap<ClientKey, Stay> byClient = new ConcurrentHashMap<>();

  boolean has(ClientKey client) {
    return byClient.containsKey(client);
  }

  /** It stays where it is. */
  void keep(Exchange exchange) {
    if (!exchange.isStaying()) {
      add(exchange, exchange.home());
    }
  }

  /** Sends it where others of its client stay, or else to this home. */
  void join(Exchange exchange, ApiLink home) {
    if (exchange.isStaying()) {
      return;
    }
    Stay stay = byClient.get(exchange.client());
    if (stay == null) {
      exchange.home(home);
    } else {
      exchange.home(stay.home());
      add(exchange, stay.home());
    }
  }

  private void add(Exchange exchange, ApiLink home) {
    exchange.staying(true);
    byClient.merge(
        exchange.client(),
        new Stay(home, 1),
        (before, one) -> new Stay(before.home(), before.count() + 1));
    if (exchange.isEnded()) {
      // Too late to be told of its end.
      ended(exchange);
    }
  }

  void ended(Exchange exchange) {
    if (!exchange.isStaying()) {
      return;
    }
    exchange.staying(false);
    byClient.computeIfPresent(
        exchange.client(),
        (client, stay) -> stay.count() == 1 ? null : new Stay(stay.home(), stay.count() - 1));
  }
}
