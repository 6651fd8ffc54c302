package org.streamingcommands.connection;

import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
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
 * left for a moment, and then on that of its stream's node, until a moment after the next entity
 * has it: it never ended. Listings read without a lock. Changes are told under one, so that a
 * watcher's snapshot and what follows it leave no gap.
 */
final class PresenceBoard {
  /**
   * How long word that an entity moves may be on its way to the node of the stream; and how long a
   * listing may take from the first node it asks to the last.
   */
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

  /**
   * A connection without an entity.
   *
   * @param isFound it has one again: a listing may have asked the node of that one just before
   */
  private record Moving(ConnectedClient client, long untilMillis, boolean isFound) {}

  private final ConcurrentNavigableMap<ClientKey, LocalEntities.Entry> connected =
      new ConcurrentSkipListMap<>();
  private final ConcurrentNavigableMap<ClientKey, Moving> moving = new ConcurrentSkipListMap<>();

  /** Those of {@code moving} that are there for a moment, the next to go first. */
  private final Deque<Moving> parting = new ArrayDeque<>();

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
    if (connected.get(entry.client()) == entry) {
      // Here before it is gone from there: a listing reads there, and then here.
      keepAMoment(last, false);
      connected.remove(entry.client(), entry);
      tell(Change.MOVING, last);
    }
  }

  // ---- what the streams of this node say ------------------------------------------------------

  /** The stream looks for its next entity. */
  synchronized void seeking(ConnectedClient client) {
    if (!connected.containsKey(client.client())) {
      moving.put(client.client(), new Moving(client, Long.MAX_VALUE, false));
    }
  }

  /** It found it. */
  synchronized void found(ConnectedClient client) {
    if (take(client) != null) {
      keepAMoment(client, true);
    }
  }

  /** It ended. Where it had not found one yet, no entity knows. */
  synchronized void lost(ConnectedClient client) {
    Moving known = take(client);
    if (known != null && !known.isFound()) {
      tell(Change.DISCONNECTED, client);
    }
  }

  private void keepAMoment(ConnectedClient client, boolean isFound) {
    long nowMillis = clock.millis();
    // Also where nobody lists.
    for (Moving first = parting.peek();
        first != null && nowMillis >= first.untilMillis();
        first = parting.peek()) {
      moving.remove(first.client().client(), first);
      parting.remove();
    }
    Moving known = new Moving(client, nowMillis + PARTING_MILLIS, isFound);
    moving.put(client.client(), known);
    parting.add(known);
  }

  private @Nullable Moving take(ConnectedClient client) {
    Moving known = moving.get(client.client());
    return known != null
            && known.client().sessionId().equals(client.sessionId())
            && moving.remove(client.client(), known)
        ? known
        : null;
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
    for (Moving known : moving.values()) {
      // What is found the next entity's node tells.
      if (!known.isFound()) {
        between.add(known.client());
      }
    }
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
    NavigableMap<ClientKey, ConnectedClient> between = new TreeMap<>();
    addBetween(between, service, chosen, after);
    List<ConnectedClient> page = new ArrayList<>();
    for (LocalEntities.Entry entry : from(connected, service, after).values()) {
      if (page.size() >= limit || service != null && !entry.client().service().equals(service)) {
        break;
      }
      ConnectedClient client = entry.describe();
      if (client != null && chosen.test(client)) {
        page.add(client);
      }
    }
    // Once more: for those whose entity left since.
    addBetween(between, service, chosen, after);
    if (between.isEmpty()) {
      return page;
    }
    page.forEach(client -> between.put(client.client(), client));
    return between.values().stream().limit(limit).toList();
  }

  /** The chosen ones whose entities move: few, and for a short time. */
  private void addBetween(
      NavigableMap<ClientKey, ConnectedClient> between,
      @Nullable String service,
      Predicate<ConnectedClient> chosen,
      @Nullable ClientKey after) {
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
