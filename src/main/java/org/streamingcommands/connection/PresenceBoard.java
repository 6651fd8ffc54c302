package org.streamingcommands.connection;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.streamingcommands.command.ClientKey;

/**
 * Who is connected, as the entities of this node say, in the order of service and id; and who wants
 * to hear of changes. Listings read without a lock. Changes are told under one, so that a watcher's
 * snapshot and what follows it leave no gap.
 */
final class PresenceBoard {
  private final ConcurrentNavigableMap<ClientKey, LocalEntities.Entry> connected =
      new ConcurrentSkipListMap<>();
  private final List<Consumer<PresenceEvent>> watchers = new CopyOnWriteArrayList<>();

  synchronized void connected(LocalEntities.Entry entry) {
    boolean wasConnected = connected.put(entry.client(), entry) != null;
    tell(
        wasConnected ? PresenceEvent.Kind.REPLACED : PresenceEvent.Kind.CONNECTED,
        entry.describe());
  }

  /**
   * @param last how it was described while it was connected
   */
  synchronized void disconnected(LocalEntities.Entry entry, ConnectedClient last) {
    if (connected.remove(entry.client(), entry)) {
      tell(PresenceEvent.Kind.DISCONNECTED, last);
    }
  }

  private void tell(PresenceEvent.Kind kind, @Nullable ConnectedClient client) {
    if (client != null) {
      PresenceEvent event = new PresenceEvent(kind, client);
      watchers.forEach(watcher -> watcher.accept(event));
    }
  }

  /**
   * Both are called under the lock, so that they must not block.
   *
   * @param snapshot told who is connected, before this returns
   * @param changes told every change from then on
   * @return ends it
   */
  synchronized Runnable watch(
      Consumer<List<ConnectedClient>> snapshot, Consumer<PresenceEvent> changes) {
    snapshot.accept(list(null, client -> true, null, Integer.MAX_VALUE));
    watchers.add(changes);
    return () -> watchers.remove(changes);
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
    List<ConnectedClient> page = new ArrayList<>();
    for (LocalEntities.Entry entry : from(service, after).values()) {
      if (page.size() == limit || service != null && !entry.client().service().equals(service)) {
        break;
      }
      ConnectedClient client = entry.describe();
      if (client != null && chosen.test(client)) {
        page.add(client);
      }
    }
    return page;
  }

  private Map<ClientKey, LocalEntities.Entry> from(
      @Nullable String service, @Nullable ClientKey after) {
    if (after != null) {
      return connected.tailMap(after, false);
    }
    // The empty id sorts before every id.
    return service == null
        ? connected
        : connected.tailMap(new ClientKey(service, "", service + '/'), false);
  }
}
