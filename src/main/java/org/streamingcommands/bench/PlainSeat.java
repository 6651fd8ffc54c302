package org.streamingcommands.bench;

import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** All clients are as good as each other. */
record PlainSeat(ChildProcess sender, ChildProcess clients, String edge, @Nullable TlsFiles tls)
    implements Seat {
  /** Connecting slows down where thousands are connected on a busy machine. */
  private static final int LEAST_A_SECOND = 200;

  /** One whose clients connect in the clear. */
  PlainSeat(ChildProcess sender, ChildProcess clients, String edge) {
    this(sender, clients, edge, null);
  }

  @Override
  public void connect(int count) throws IOException {
    Line order = Line.of("connect").with("edge", edge).with("clients", count);
    clients.order(
        tls == null ? order : order.with("trust", tls.certificate()),
        PATIENCE.plus(Duration.ofSeconds(count / LEAST_A_SECOND)));
  }

  @Override
  public Line name(int count, Line order) {
    return order.with("clients", count);
  }
}
