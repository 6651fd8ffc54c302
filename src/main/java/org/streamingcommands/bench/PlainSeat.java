package org.streamingcommands.bench;

import java.io.IOException;
import java.time.Duration;

/** All clients are as good as each other. */
record PlainSeat(ChildProcess sender, ChildProcess clients, String edge) implements Seat {
  /** Connecting slows down where thousands are connected on a busy machine. */
  private static final int LEAST_A_SECOND = 200;

  @Override
  public void connect(int count) throws IOException {
    clients.order(
        Line.of("connect").with("edge", edge).with("clients", count),
        PATIENCE.plus(Duration.ofSeconds(count / LEAST_A_SECOND)));
  }

  @Override
  public Line name(int count, Line order) {
    return order.with("clients", count);
  }
}
