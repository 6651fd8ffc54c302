package org.streamingcommands.connection;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.pekko.actor.typed.ActorRef;
import org.jspecify.annotations.Nullable;

/**
 * Tells the nodes that watch this one's {@link PresenceBoard}. Everything that a watch is told has
 * a number, so that whoever misses one asks anew. A watch that its node does not renew is
 * forgotten. Thread-safe.
 */
final class PresenceFeeds {
  /** How often a watch is renewed, and after how long without it is forgotten. */
  static final long RENEW_MILLIS = 5_000;

  private static final long FORGET_MILLIS = 4 * RENEW_MILLIS;

  /** Clients in one message of a snapshot, where their labels are not large. */
  private static final int CHUNK = 500;

  /** More than the ids and the numbers of a client take. */
  private static final int AROUND = 1024;

  private record Key(ActorRef<ClusterPresence.FromNode> watcher, long subscription) {}

  private final class Feed implements PresenceBoard.Watcher {
    private final Key key;
    private long sequence;
    private volatile long renewedMillis = System.currentTimeMillis();
    private volatile @Nullable Runnable end;

    Feed(Key key) {
      this.key = key;
    }

    @Override
    public synchronized void snapshot(
        List<ConnectedClient> connected, List<ConnectedClient> moving) {
      List<ConnectedClient> chunk = new ArrayList<>();
      long room = limit.payloadBytes();
      for (ConnectedClient client : connected) {
        long size = weight(client);
        if (chunk.size() == CHUNK || !chunk.isEmpty() && size > room) {
          tell(chunk, false);
          chunk = new ArrayList<>();
          room = limit.payloadBytes();
        }
        chunk.add(client);
        room -= size;
      }
      tell(chunk, true);
      moving.forEach(client -> changed(PresenceBoard.Change.MOVING, client));
    }

    /** At least its size in bytes; to write it twice would take too long under the lock. */
    private static long weight(ConnectedClient client) {
      long chars = client.clientVersion().length();
      for (Map.Entry<String, String> label : client.labels().entrySet()) {
        chars += label.getKey().length() + label.getValue().length() + Integer.BYTES;
      }
      return AROUND + 3 * chars;
    }

    private void tell(List<ConnectedClient> chunk, boolean last) {
      key.watcher()
          .tell(
              new ClusterPresence.WatchSnapshot(
                  node, key.subscription(), ++sequence, List.copyOf(chunk), last));
    }

    @Override
    public synchronized void changed(
        PresenceBoard.Change change, @Nullable ConnectedClient client) {
      key.watcher()
          .tell(
              new ClusterPresence.WatchEvent(node, key.subscription(), ++sequence, change, client));
    }
  }

  private final ConcurrentHashMap<Key, Feed> feeds = new ConcurrentHashMap<>();
  private final String node;
  private final PresenceBoard presence;
  private final FrameLimit limit;

  PresenceFeeds(String node, PresenceBoard presence, FrameLimit limit) {
    this.node = node;
    this.presence = presence;
    this.limit = limit;
  }

  /** Begins or renews a watch. */
  void watch(Gateway.Watch watch) {
    Key key = new Key(watch.replyTo(), watch.subscription());
    Feed known = feeds.get(key);
    if (known != null) {
      known.renewedMillis = System.currentTimeMillis();
      known.changed(PresenceBoard.Change.ALIVE, null);
      return;
    }
    Feed feed = new Feed(key);
    feeds.put(key, feed);
    feed.end = presence.watch(feed);
  }

  void unwatch(Gateway.Unwatch unwatch) {
    end(new Key(unwatch.replyTo(), unwatch.subscription()));
  }

  /** Forgets those whose node does not ask any more. */
  void sweep() {
    long forgotten = System.currentTimeMillis() - FORGET_MILLIS;
    feeds.forEach(
        (key, feed) -> {
          if (feed.renewedMillis < forgotten) {
            end(key);
          }
        });
  }

  private void end(Key key) {
    Feed feed = feeds.remove(key);
    Runnable end = feed == null ? null : feed.end;
    if (end != null) {
      end.run();
    }
  }
}
