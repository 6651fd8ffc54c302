package org.streamingcommands.api;

import java.util.ArrayDeque;
import java.util.Collections;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.streamingcommands.command.ClientKey;
import org.streamingcommands.command.LabelSelector;
import org.streamingcommands.connection.ClusterListing;
import org.streamingcommands.connection.ConnectedClient;
import org.streamingcommands.connection.PresenceEvent;
import org.streamingcommands.grpc.v1.SnapshotEnd;
import org.streamingcommands.grpc.v1.WatchClientsResponse;

/**
 * What one watcher has yet to read: the snapshot, and a bounded number of changes. Where more
 * changes come than fit, it drops all and is {@link #isOverrun}: better no news than news with a
 * gap. Thread-safe.
 */
abstract class PresenceFeed {
  private final @Nullable String service;
  private final LabelSelector selector;
  private final int limit;
  private final Queue<PresenceEvent> changes = new ArrayDeque<>();

  /** Who the watcher has been told is connected; kept only where labels decide. */
  private final Set<ClientKey> told = new HashSet<>();

  private Iterator<ConnectedClient> snapshot = Collections.emptyIterator();
  private SnapshotEnd snapshotEnd = SnapshotEnd.getDefaultInstance();
  private boolean isBegun;
  private boolean snapshotEnded;
  private boolean overrun;

  /**
   * @param service only of this one; null for all
   * @param limit how many changes may wait
   */
  PresenceFeed(@Nullable String service, LabelSelector selector, int limit) {
    this.service = service;
    this.selector = selector;
    this.limit = limit;
  }

  /** There is something to read. Any thread; must not block. */
  protected abstract void wake();

  void snapshot(ClusterListing connected) {
    synchronized (this) {
      List<ConnectedClient> chosen = connected.clients().stream().filter(this::isChosen).toList();
      chosen.forEach(this::remember);
      snapshot = chosen.iterator();
      snapshotEnd =
          SnapshotEnd.newBuilder()
              .setClients(chosen.size())
              .addAllSilentNodes(connected.silent())
              .build();
      isBegun = true;
    }
    wake();
  }

  void change(PresenceEvent event) {
    synchronized (this) {
      PresenceEvent seen = overrun ? null : seen(event);
      if (seen == null) {
        return;
      }
      if (changes.size() < limit) {
        changes.add(seen);
      } else {
        overrun = true;
        changes.clear();
        told.clear();
        snapshot = Collections.emptyIterator();
      }
    }
    wake();
  }

  synchronized boolean isOverrun() {
    return overrun;
  }

  /** The next message; null when there is none yet, or none ever because it is overrun. */
  synchronized @Nullable WatchClientsResponse poll() {
    if (overrun || !isBegun) {
      return null;
    }
    if (snapshot.hasNext()) {
      return message(PresenceEvent.Kind.CONNECTED, snapshot.next());
    }
    if (!snapshotEnded) {
      snapshotEnded = true;
      return WatchClientsResponse.newBuilder().setSnapshotEnd(snapshotEnd).build();
    }
    PresenceEvent next = changes.poll();
    return next == null ? null : message(next.kind(), next.client());
  }

  /** The change as this watcher sees it; null where it concerns nobody it knows or shall know. */
  private @Nullable PresenceEvent seen(PresenceEvent event) {
    boolean chosen = isChosen(event.client());
    if (event.kind() != PresenceEvent.Kind.REPLACED || selector == LabelSelector.ALL) {
      if (chosen && event.kind() == PresenceEvent.Kind.DISCONNECTED) {
        told.remove(event.client().client());
      } else if (chosen) {
        remember(event.client());
      }
      return chosen ? event : null;
    }
    // A newer connection may carry other labels than the one that was told of.
    boolean known = told.contains(event.client().client());
    if (chosen) {
      remember(event.client());
      return known ? event : new PresenceEvent(PresenceEvent.Kind.CONNECTED, event.client());
    }
    told.remove(event.client().client());
    return known ? new PresenceEvent(PresenceEvent.Kind.DISCONNECTED, event.client()) : null;
  }

  private boolean isChosen(ConnectedClient client) {
    return (service == null || service.equals(client.client().service()))
        && selector.matches(client.labels());
  }

  private void remember(ConnectedClient client) {
    if (selector != LabelSelector.ALL) {
      told.add(client.client());
    }
  }

  private static WatchClientsResponse message(PresenceEvent.Kind kind, ConnectedClient client) {
    WatchClientsResponse.Builder message = WatchClientsResponse.newBuilder();
    switch (kind) {
      case CONNECTED -> message.setConnected(Listings.info(client));
      case DISCONNECTED -> message.setDisconnected(Listings.info(client));
      case REPLACED -> message.setReplaced(Listings.info(client));
    }
    return message.build();
  }
}
