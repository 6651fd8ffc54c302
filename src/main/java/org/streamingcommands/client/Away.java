package org.streamingcommands.client;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.streamingcommands.command.ClientKey;

/**
 * Which other link carries exchanges of a home, by client: what comes after them has to follow
 * them. Not thread-safe.
 */
final class Away {
  private record Carried(ApiLink by, int count) {}

  private final Map<ClientKey, Carried> byClient = new HashMap<>();

  /** The link that carries others of the same client; null where none does. */
  @Nullable ApiLink carrierOf(Exchange exchange) {
    Carried carried = byClient.get(exchange.client());
    return carried == null ? null : carried.by();
  }

  void sent(Exchange exchange, ApiLink by) {
    exchange.away(true);
    byClient.merge(
        exchange.client(),
        new Carried(by, 1),
        (before, one) -> new Carried(by, before.count() + 1));
    if (exchange.isEnded()) {
      // Too late to be told of its end.
      returned(exchange);
    }
  }

  /** It ended, or the other could not carry it. */
  void returned(Exchange exchange) {
    if (!exchange.isAway()) {
      return;
    }
    exchange.away(false);
    byClient.computeIfPresent(
        exchange.client(),
        (client, carried) ->
            carried.count() == 1 ? null : new Carried(carried.by(), carried.count() - 1));
  }
}
