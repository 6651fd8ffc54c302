package org.streamingcommands.bench;

import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;

/**
 * Clients of one node of a cluster, of whom only those are asked whose entity is on another node.
 */
final class ClusterSeat implements Seat {
  /** Of three nodes one has about a third of the entities. */
  private static final int NODES = 3;

  private final PlainSeat plain;
  private final ChildProcess host;
  private int connected;

  /**
   * @param plain whom the clients connect to, and who asks them
   * @param host where the entities have to be
   */
  ClusterSeat(PlainSeat plain, ChildProcess host) {
    this.plain = plain;
    this.host = host;
  }

  @Override
  public String edge() {
    return plain.edge();
  }

  @Override
  public ChildProcess clients() {
    return plain.clients();
  }

  @Override
  public ChildProcess sender() {
    return plain.sender();
  }

  @Override
  public void connect(int count) throws IOException {
    connected = Math.max(connected, count * NODES);
    plain.connect(connected);
    while (hosted().size() < count) {
      connected += Math.max(1, count / 2);
      plain.connect(connected);
    }
  }

  @Override
  public Line name(int count, Line order) throws IOException {
    return order.with("ids", String.join(",", hosted().subList(0, count)));
  }

  private List<String> hosted() throws IOException {
    String ids = host.order(Line.of("hosted"), PATIENCE).get("ids");
    return Stream.of(ids.split(",")).filter(id -> !id.isEmpty()).sorted().toList();
  }
}
