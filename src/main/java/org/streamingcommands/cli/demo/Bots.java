package org.streamingcommands.cli.demo;

import java.util.Map;
import org.streamingcommands.examples.bots.v1.ConfigUpdate;
import org.streamingcommands.examples.bots.v1.Restart;
import org.streamingcommands.examples.bots.v1.Start;
import org.streamingcommands.examples.bots.v1.Stop;

/** The fleet of the demo and what can be said to it. */
final class Bots {
  static final String SERVICE = "bots";
  static final int COUNT = 10;

  static final String MAX_ORDERS = "max_orders";

  /** It hangs when it is to stop: it has the command and never answers. */
  static final String HANGING = id(COUNT);

  private static final Map<String, String> CONFIG =
      Map.of("symbol", "BTCUSDT", "strategy", "grid", MAX_ORDERS, "5");

  private Bots() {}

  static String id(int number) {
    return "bot-" + number;
  }

  static Start start() {
    return Start.getDefaultInstance();
  }

  static Stop stop(boolean graceful) {
    return Stop.newBuilder().setGraceful(graceful).build();
  }

  static Restart restart() {
    return Restart.getDefaultInstance();
  }

  /** Replaces the whole configuration. */
  static ConfigUpdate configure() {
    return ConfigUpdate.newBuilder().putAllConfig(CONFIG).build();
  }

  /** Changes one field and leaves the others. */
  static ConfigUpdate limitOrders(int maxOrders) {
    return ConfigUpdate.newBuilder()
        .putConfig(MAX_ORDERS, Integer.toString(maxOrders))
        .addFields(MAX_ORDERS)
        .build();
  }
}
