package org.streamingcommands.connection;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * Takes the sends of each node in the order in which that node accepted them. Where a shard moves,
 * one may be routed again and come after those that found the new way at once: these wait for it,
 * for a while. Plain state of one {@link CommandFlow}.
 */
final class SendSequence {
  /** What was lost is asked for again within a second; what does not come by then, never may. */
  private static final long WAIT_MILLIS = 3_000;

  /** Nodes come and go, and a client may stay for months. */
  private static final int MOST_ORIGINS = 64;

  /** The last send of a node that was taken. */
  record Latest(String node, long ticket) {}

  /** One node's sends. */
  private static final class Origin {
    private long latest;
    private final TreeMap<Long, ClientConnection.Send> early = new TreeMap<>();
    private long untilMillis;

    boolean isInTurn(ClientConnection.Send send) {
      return send.after() <= latest;
    }

    void take(ClientConnection.Send send) {
      latest = Math.max(latest, send.replyTo().ticket());
    }
  }

  private final InstantSource clock;
  private final int mostEarly;
  private final long mostBytes;
  private final Map<String, Origin> origins = new HashMap<>();
  private int early;
  private long bytes;

  /**
   * @param mostEarly with more than these, or of more bytes, none waits
   */
  SendSequence(InstantSource clock, int mostEarly, long mostBytes) {
    this.clock = clock;
    this.mostEarly = mostEarly;
    this.mostBytes = mostBytes;
  }

  /**
   * A send came.
   *
   * @return whether it is its turn; else it is kept, and comes out of {@link #due}
   */
  boolean take(ClientConnection.Send send) {
    Origin origin = origin(send.replyTo().node());
    ClientConnection.Send before = origin.early.remove(send.replyTo().ticket());
    if (before != null) {
      // Asked for again, and by now nothing that it had to wait for may be under way.
      left(before);
    }
    if (origin.isInTurn(send)) {
      origin.take(send);
      return true;
    }
    boolean isFull = early >= mostEarly || bytes + send.command().size() > mostBytes;
    long now = clock.millis();
    long until =
        isFull ? now : Math.min(now + WAIT_MILLIS, send.command().deadline().toEpochMilli());
    origin.untilMillis = origin.early.isEmpty() ? until : Math.min(origin.untilMillis, until);
    origin.early.put(send.replyTo().ticket(), send);
    early++;
    bytes += send.command().size();
    return false;
  }

  /** Those kept whose turn it is by now, or that will wait no longer, in their order. */
  List<ClientConnection.Send> due() {
    if (early == 0) {
      return List.of();
    }
    List<ClientConnection.Send> due = new ArrayList<>();
    long now = clock.millis();
    for (Origin origin : origins.values()) {
      Iterator<ClientConnection.Send> inOrder = origin.early.values().iterator();
      while (inOrder.hasNext()) {
        ClientConnection.Send next = inOrder.next();
        if (origin.untilMillis > now && !origin.isInTurn(next)) {
          break;
        }
        inOrder.remove();
        origin.take(next);
        due.add(next);
      }
    }
    due.forEach(this::left);
    return due;
  }

  private void left(ClientConnection.Send send) {
    early--;
    bytes -= send.command().size();
  }

  /** When some will wait no longer; {@link PendingCommands#NEVER} where none waits. */
  long dueMillis() {
    long due = PendingCommands.NEVER;
    if (early > 0) {
      for (Origin origin : origins.values()) {
        if (!origin.early.isEmpty()) {
          due = Math.min(due, origin.untilMillis);
        }
      }
    }
    return due;
  }

  /** How many wait. */
  int early() {
    return early;
  }

  /** All that wait for their turn, in the order of each node, for somebody else to take. */
  List<ClientConnection.Send> giveUp() {
    List<ClientConnection.Send> all = new ArrayList<>();
    for (Origin origin : origins.values()) {
      all.addAll(origin.early.values());
      origin.early.clear();
    }
    all.forEach(this::left);
    return all;
  }

  /** Those that wait for their turn and that nobody wants any more. */
  List<ClientConnection.Send> withdraw(Predicate<ClientConnection.Send> unwanted) {
    List<ClientConnection.Send> withdrawn = new ArrayList<>();
    for (Origin origin : origins.values()) {
      origin.early.values().removeIf(send -> unwanted.test(send) && withdrawn.add(send));
    }
    withdrawn.forEach(this::left);
    return withdrawn;
  }

  /** Where it stands with each node, for the next entity. */
  List<Latest> latest() {
    List<Latest> all = new ArrayList<>();
    origins.forEach(
        (node, origin) -> {
          if (origin.latest > 0) {
            all.add(new Latest(node, origin.latest));
          }
        });
    return all;
  }

  /** Where it stood at the entity before. */
  void inherit(List<Latest> before) {
    for (Latest known : before) {
      Origin origin = origin(known.node());
      origin.latest = Math.max(origin.latest, known.ticket());
    }
  }

  private Origin origin(String node) {
    Origin known = origins.get(node);
    if (known != null) {
      return known;
    }
    if (origins.size() == MOST_ORIGINS) {
      // A node's tickets begin with the time of its start.
      origins.values().stream()
          .filter(origin -> origin.early.isEmpty())
          .min(Comparator.comparingLong(origin -> origin.latest))
          .ifPresent(origins.values()::remove);
    }
    Origin added = new Origin();
    origins.put(node, added);
    return added;
  }
}
