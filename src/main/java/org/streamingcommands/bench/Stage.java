package org.streamingcommands.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The processes of one run, all on loopback: two servers with a sender each, a sender from outside,
 * and the clients of both servers. While one contender is measured the others idle.
 */
final class Stage implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final List<ChildProcess> all = new ArrayList<>();
  private final ChildProcess floor;
  private final ChildProcess node;
  private final ChildProcess remote;
  private final ChildProcess clients;

  private Stage(List<String> jvmFlags) throws IOException {
    try {
      floor = start(jvmFlags, "floor");
      node = start(jvmFlags, "node");
      remote = start(jvmFlags, "remote", node.ready().get("api"));
      clients = start(jvmFlags, "clients");
    } catch (IOException | RuntimeException e) {
      close();
      throw e;
    }
  }

  static Stage start(List<String> jvmFlags) throws IOException {
    return new Stage(jvmFlags);
  }

  private ChildProcess start(List<String> jvmFlags, String role, String... arguments)
      throws IOException {
    ChildProcess child = ChildProcess.start(jvmFlags, role, arguments);
    all.add(child);
    return child;
  }

  /** Sees to it that each server has so many clients. */
  void connect(int count) throws IOException {
    for (ChildProcess server : List.of(floor, node)) {
      clients.order(
          Line.of("connect").with("edge", server.ready().get("edge")).with("clients", count),
          PATIENCE);
    }
  }

  /** Connects a client that reads nothing to a contender's server. */
  void stall(Contender contender) throws IOException {
    clients.order(Line.of("stall").with("edge", edge(contender)), PATIENCE);
  }

  /** Ends the client that reads nothing. */
  void release() throws IOException {
    clients.order(Line.of("release"), PATIENCE);
  }

  /**
   * Lets a contender's sender do a measurement.
   *
   * @param time how long it takes by itself
   */
  Line measure(Contender contender, Line order, Duration time) throws IOException {
    return sender(contender).order(order.with("millis", time.toMillis()), time.plus(PATIENCE));
  }

  private String edge(Contender contender) {
    return (contender == Contender.FLOOR ? floor : node).ready().get("edge");
  }

  private ChildProcess sender(Contender contender) {
    return switch (contender) {
      case FLOOR -> floor;
      case LOCAL -> node;
      case REMOTE -> remote;
    };
  }

  @Override
  public void close() {
    all.forEach(ChildProcess::close);
  }
}
