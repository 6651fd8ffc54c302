package org.streamingcommands.connection;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.streamingcommands.command.ClientKey;

/**
 * Who is connected, as the entities of this node say, in the order of service and id; and who wants
 * to hear of changes. A connection whose entity moves is on the board of the node that the entity
 * left for a moment, and then on that of its stream's node, until the next entity has it: it never
 * ended. Listings read without a lock. Changes are told under one, so that a watcher's snapshot and
 * what follows it leave no gap.
 */
final class PresenceBoard {
  /** How long word that an entity moves may be on its way to the node of the stream. */
  private static final long PARTING_MILLIS = 1_000;

  /** A change as one node sees it; {@link ClusterPresence} makes one story of all nodes'. */
  enum Change {
    /** Nothing; the node still tells. */
    ALIVE,
    CONNECTED,
    DISCONNECTED,
    /** Its entity is about to be elsewhere. */
    MOVING
  }

  /** Hears of changes, under the lock: must not block. */
  interface Watcher {
    /**
     * Told first, once.
     *
     * @param moving those whose entity has left or not yet come
     */
    void snapshot(List<ConnectedClient> connected, List<ConnectedClient> moving);

    void changed(Change change, ConnectedClient client);
  }

  /** A connection without an entity. */
  private record Moving(ConnectedClient client, long untilMillis) {}

  private final ConcurrentNavigableMap<ClientKey, LocalEntities.Entry> connected =
      new ConcurrentSkipListMap<>();
  private final ConcurrentNavigableMap<ClientKey, Moving> moving = new ConcurrentSkipListMap<>();
  private final List<Watcher> watchers = new CopyOnWriteArrayList<>();
  private final InstantSource clock;

  PresenceBoard(InstantSource clock) {
    this.clock = clock;
  }

  // ---- what the entities of this node say -----------------------------------------------------

  synchronized void connected(LocalEntities.Entry entry) {
    connected.put(entry.client(), entry);
    moving.remove(entry.client());
    tell(Change.CONNECTED, entry.describe());
  }

  /**
   * @param last how it was described while it was connected
   */
  synchronized void disconnected(LocalEntities.Entry entry, ConnectedClient last) {
    if (connected.remove(entry.client(), entry)) {
      tell(Change.DISCONNECTED, last);
    }
  }

  /** The entity goes, and the connection stays. */
  synchronized void moved(LocalEntities.Entry entry, ConnectedClient last) {
    if (connected.remove(entry.client(), entry)) {
      moving.put(entry.client(), new Moving(last, clock.millis() + PARTING_MILLIS));
      tell(Change.MOVING, last);
    }
  }

  // ---- what the streams of this node say ------------------------------------------------------

  /** The stream looks for its next entity. */
  synchronized void seeking(ConnectedClient client) {
    if (!connected.containsKey(client.client())) {
      moving.put(client.client(), new Moving(client, Long.MAX_VALUE));
    }
  }

  /** It found it. */
  synchronized void found(ConnectedClient client) {
    take(client);
  }

  /** It ended first, and no entity knows. */
  synchronized void lost(ConnectedClient client) {
    if (take(client)) {
      tell(Change.DISCONNECTED, client);
    }
  }

  private boolean take(ConnectedClient client) {
    Moving known = moving.get(client.client());
    return known != null
        && known.client().sessionId().equals(client.sessionId())
        && moving.remove(client.client(), known);
  }

  private void tell(Change change, @Nullable ConnectedClient client) {
    if (client != null) {
      watchers.forEach(watcher -> watcher.changed(change, client));
    }
  }

  // ---- who asks -------------------------------------------------------------------------------

  /**
   * @return ends it
   */
  synchronized Runnable watch(Watcher watcher) {
    List<ConnectedClient> now = new ArrayList<>(connected.size());
    connected.values().forEach(entry -> add(now, entry.describe()));
    List<ConnectedClient> between = new ArrayList<>();
    moving.values().forEach(known -> add(between, known.client()));
    watcher.snapshot(now, between);
    watchers.add(watcher);
    return () -> watchers.remove(watcher);
  }

  private static void add(List<ConnectedClient> clients, @Nullable ConnectedClient client) {
    if (client != null) {
      clients.add(client);
    }
  }

  Load load() {
    int clients = 0;
    long queued = 0;
    long inFlight = 0;
    for (LocalEntities.Entry entry : connected.values()) {
      clients++;
      queued += entry.queueDepth();
      inFlight += entry.inFlight();
    }
    return new Load(clients, queued, inFlight);
  }

  /** Those chosen, after the given one. */
  List<ConnectedClient> list(
      @Nullable String service,
      Predicate<ConnectedClient> chosen,
      @Nullable ClientKey after,
      int limit) {
    NavigableMap<ClientKey, ConnectedClient> between = between(service, chosen, after);
    List<ConnectedClient> page = new ArrayList<>();
    for (LocalEntities.Entry entry : from(connected, service, after).values()) {
      if (page.size() >= limit || service != null && !entry.client().service().equals(service)) {
        break;
      }
      while (!between.isEmpty() && between.firstKey().compareTo(entry.client()) < 0) {
        page.add(between.pollFirstEntry().getValue());
      }
      ConnectedClient client = entry.describe();
      if (client != null && chosen.test(client)) {
        between.remove(entry.client());
        page.add(client);
      }
    }
    while (!between.isEmpty()) {
      page.add(between.pollFirstEntry().getValue());
    }
    return page.size() > limit ? new ArrayList<>(page.subList(0, limit)) : page;
  }

  /** The chosen ones whose entities move: few, and for a short time. */
  private NavigableMap<ClientKey, ConnectedClient> between(
      @Nullable String service, Predicate<ConnectedClient> chosen, @Nullable ClientKey after) {
    NavigableMap<ClientKey, ConnectedClient> between = new TreeMap<>();
    for (Moving known : from(moving, service, after).values()) {
      ConnectedClient client = known.client();
      if (service != null && !client.client().service().equals(service)) {
        break;
      }
      if (clock.millis() >= known.untilMillis()) {
        moving.remove(client.client(), known);
      } else if (chosen.test(client)) {
        between.put(client.client(), client);
      }
    }
    return between;
  }

  private static <T> NavigableMap<ClientKey, T> from(
      ConcurrentNavigableMap<ClientKey, T> map,
      @Nullable String service,
      @Nullable ClientKey after) {
    if (after != null) {
      return map.tailMap(after, false);
    }
    // The empty id sorts before every id.
    return service == null ? map : map.tailMap(new ClientKey(service, "", service + '/'), false);
  }
}
