package org.streamingcommands.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Kills one of three nodes under all its clients, and watches them come back to the other two. All
 * processes are JVMs of their own on loopback; the clients are agents that know a name for the
 * edges, as from a name service.
 */
public final class Herd {
  private static final int NODES = 3;

  /** Starting, connecting and returning are each given this. */
  private static final int SECONDS = 300;

  private static final Duration PATIENCE = Duration.ofSeconds(SECONDS + 10L);

  private final int clients;
  private final Duration stableAfter;
  private volatile String doing = "starting the processes";

  /**
   * @param clients how many the node has that dies
   * @param stableAfter how long the others wait before they take it out
   * @throws IllegalArgumentException where there are none, or too many for one machine
   */
  public Herd(int clients, Duration stableAfter) {
    if (clients < 1 || clients > 20_000) {
      throw new IllegalArgumentException("--clients: must be 1 to 20000, is " + clients);
    }
    this.clients = clients;
    this.stableAfter = stableAfter;
  }

  /** What it is at; for another thread to show. */
  public String doing() {
    return doing;
  }

  /**
   * Runs it, once.
   *
   * @throws IOException where a process failed, or the clients are not back in five minutes
   */
  public HerdReport run() throws IOException {
    List<ChildProcess> all = new ArrayList<>();
    try {
      List<ChildProcess> nodes = nodes(all);
      ChildProcess herd = start(all, "herd");
      ChildProcess victim = nodes.remove(1);
      herd.order(edges(List.of(victim)), PATIENCE);
      doing = "connecting %,d clients to one node".formatted(clients);
      herd.order(within("connect").with("clients", clients), PATIENCE);
      // Of the dead node's address there is no word any more when they look it up again.
      herd.order(edges(nodes), PATIENCE);
      doing = "waiting until all are back";
      victim.kill();
      return HerdReport.of(clients, herd.order(within("return"), PATIENCE));
    } finally {
      all.forEach(ChildProcess::close);
    }
  }

  private List<ChildProcess> nodes(List<ChildProcess> all) throws IOException {
    List<ChildProcess> nodes = new ArrayList<>();
    for (int i = 0; i < NODES; i++) {
      String seed = nodes.isEmpty() ? "" : nodes.get(0).ready().get("member");
      nodes.add(start(all, "member", seed, stableAfter.toMillis() + " ms"));
    }
    return nodes;
  }

  private static ChildProcess start(List<ChildProcess> all, String role, String... arguments)
      throws IOException {
    ChildProcess child = ChildProcess.start(List.of(), role, arguments);
    all.add(child);
    return child;
  }

  private static Line edges(List<ChildProcess> nodes) {
    List<String> edges = nodes.stream().map(node -> node.ready().get("edge")).toList();
    return Line.of("edges").with("edges", String.join(",", edges));
  }

  private static Line within(String word) {
    return Line.of(word).with("seconds", SECONDS);
  }
}
