package org.streamingcommands.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The processes of one run, all on loopback: a server for each contender, who sends, and the
 * clients. Those of a contender start when it is first asked for, and all live until the end: while
 * one contender is measured the others idle.
 */
final class Stage implements AutoCloseable {
  private final Processes processes;
  private final boolean apart;
  private final @Nullable TlsFiles tls;
  private final Map<Object, ChildProcess> clients = new HashMap<>();
  private final Map<Contender, Seat> seats = new EnumMap<>(Contender.class);
  private final List<ChildProcess> members = new ArrayList<>();
  private @Nullable ChildProcess floor;
  private @Nullable ChildProcess node;

  private Stage(List<String> jvmFlags, boolean apart, @Nullable TlsFiles tls) {
    processes = new Processes(jvmFlags);
    this.apart = apart;
    this.tls = tls;
  }

  /**
   * One process for the clients of all servers, compiled code and all: none has better ones. The
   * kernel's first touch of memory is no contender's time.
   */
  static Stage together(List<String> jvmFlags) {
    List<String> flags = new ArrayList<>(List.of("-XX:+AlwaysPreTouch"));
    flags.addAll(jvmFlags);
    return new Stage(flags, false, null);
  }

  /** A process for the clients of each server: with thousands of each, one has not the files. */
  static Stage apart(List<String> jvmFlags) {
    return new Stage(jvmFlags, true, null);
  }

  /** The same, and whoever connects to a server does so over TLS. */
  static Stage overTls(List<String> jvmFlags, TlsFiles files) {
    return new Stage(jvmFlags, true, files);
  }

  /** Starts what of the contender is not there yet. */
  Seat seat(Contender contender) throws IOException {
    Seat seat = seats.get(contender);
    if (seat == null) {
      seat = start(contender);
      seats.put(contender, seat);
    }
    return seat;
  }

  private Seat start(Contender contender) throws IOException {
    return switch (contender) {
      case FLOOR -> own(floor());
      case LOCAL -> own(node());
      case REMOTE -> at(processes.start("remote", api(node())), node());
      case UNARY -> at(processes.start("unary", api(node())), node());
      case FLOOR_UNARY -> at(processes.start("unary", floor().ready().get("edge")), floor());
      case CLUSTER -> new ClusterSeat(own(member(0)), member(1));
      case CLUSTER3 -> new ClusterSeat(at(member(2), member(0)), member(1));
      case NATS -> Rivals.nats(processes);
      case MQTT -> Rivals.mqtt(processes);
    };
  }

  private ChildProcess server(String role) throws IOException {
    return tls == null
        ? processes.start(role)
        : processes.start(role, tls.certificate().toString(), tls.key().toString());
  }

  private PlainSeat own(ChildProcess server) throws IOException {
    return at(server, server);
  }

  private PlainSeat at(ChildProcess sender, ChildProcess server) throws IOException {
    return new PlainSeat(sender, clientsOf(server), server.ready().get("edge"), tls);
  }

  private static String api(ChildProcess node) {
    return node.ready().get("api");
  }

  private ChildProcess floor() throws IOException {
    if (floor == null) {
      floor = server("floor");
    }
    return floor;
  }

  private ChildProcess node() throws IOException {
    if (node == null) {
      node = server("node");
    }
    return node;
  }

  private ChildProcess clientsOf(ChildProcess server) throws IOException {
    Object whose = apart ? server : this;
    ChildProcess known = clients.get(whose);
    if (known == null) {
      known = processes.start("clients");
      clients.put(whose, known);
    }
    return known;
  }

  /** All three at once, so that none of the entities has to move. */
  private ChildProcess member(int index) throws IOException {
    while (members.size() < Herd.NODES) {
      String seed = members.isEmpty() ? "" : members.get(0).ready().get("member");
      members.add(processes.start("member", seed, "10 s"));
    }
    return members.get(index);
  }

  @Override
  public void close() {
    processes.close();
  }
}
