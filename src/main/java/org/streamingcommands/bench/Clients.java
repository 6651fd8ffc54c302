package org.streamingcommands.bench;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The load generator's process: clients of every server that is measured. */
final class Clients implements Worker {
  /** Listeners drop connects that come faster than they accept. */
  private static final int AT_ONCE = 50;

  private static final long WELCOME_SECONDS = 20;

  private final Map<String, List<LoadClient>> byEdge = new HashMap<>();
  private @Nullable LoadClient stalled;

  @Override
  public Line work(Line order) throws Exception {
    switch (order.word()) {
      case "connect" -> connect(order.get("edge"), order.number("clients"));
      case "stall" -> stall(order.get("edge"));
      case "release" -> release();
      default -> throw new IllegalArgumentException("no such order: " + order.word());
    }
    return Line.of("done");
  }

  /** Adds clients until there are so many. */
  private void connect(String edge, int count) throws Exception {
    List<LoadClient> clients = byEdge.computeIfAbsent(edge, e -> new ArrayList<>());
    while (clients.size() < count) {
      int first = clients.size();
      int last = Math.min(first + AT_ONCE, count);
      for (int number = first + 1; number <= last; number++) {
        clients.add(LoadClient.connect(edge, Sender.clientId(number)));
      }
      for (LoadClient client : clients.subList(first, last)) {
        client.welcomed().get(WELCOME_SECONDS, TimeUnit.SECONDS);
      }
    }
  }

  private void stall(String edge) throws Exception {
    release();
    LoadClient client = LoadClient.connectStalled(edge);
    stalled = client;
    client.welcomed().get(WELCOME_SECONDS, TimeUnit.SECONDS);
  }

  private void release() {
    if (stalled != null) {
      stalled.close();
      stalled = null;
    }
  }
}
