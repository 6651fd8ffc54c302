package org.streamingcommands.connection;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.apache.pekko.actor.typed.ActorRef;
import org.jspecify.annotations.Nullable;
import org.streamingcommands.command.ClientKey;

/**
 * The entities on this node: an index for the direct tell, which saves the hops through region and
 * shard, and the connected clients in order, for listings. Written by the entities only.
 */
final class LocalEntities {

  /** One entity, as others may see it. */
  static final class Entry {
    private final ClientKey client;
    private final ActorRef<ClientConnection.Message> ref;
    private volatile int queueDepth;
    private volatile int inFlight;
    private volatile @Nullable Presence presence;

    private Entry(ClientKey client, ActorRef<ClientConnection.Message> ref) {
      this.client = client;
      this.ref = ref;
    }

    void load(int queued, int written) {
      // A volatile write is a fence; most messages change neither.
      if (queueDepth != queued) {
        queueDepth = queued;
      }
      if (inFlight != written) {
        inFlight = written;
      }
    }
  }

  private record Presence(
      Hello hello, StreamRef stream, long epoch, Instant since, Downlink downlink) {}

  private final ConcurrentHashMap<String, Entry> byEntityId = new ConcurrentHashMap<>();
  private final ConcurrentNavigableMap<ClientKey, Entry> connected = new ConcurrentSkipListMap<>();

  @Nullable ActorRef<ClientConnection.Message> find(ClientKey client) {
    Entry entry = byEntityId.get(client.entityId());
    return entry == null ? null : entry.ref;
  }

  Entry add(ClientKey client, ActorRef<ClientConnection.Message> ref) {
    Entry entry = new Entry(client, ref);
    byEntityId.put(client.entityId(), entry);
    return entry;
  }

  void remove(Entry entry) {
    byEntityId.remove(entry.client.entityId(), entry);
    disconnected(entry);
  }

  void connected(Entry entry, Hello hello, StreamRef stream, long epoch, Downlink downlink) {
    // Labels and version stay for listings; the ids and results of a hello need not.
    Hello lasting =
        new Hello(
            hello.client(),
            hello.instanceId(),
            hello.labels(),
            hello.clientVersion(),
            hello.lastEpoch(),
            java.util.Set.of(),
            List.of());
    entry.presence = new Presence(lasting, stream, epoch, Instant.now(), downlink);
    connected.put(entry.client, entry);
  }

  void disconnected(Entry entry) {
    entry.presence = null;
    connected.remove(entry.client, entry);
  }

  /** Connected clients in order, after the given one. */
  List<ConnectedClient> list(@Nullable String service, @Nullable ClientKey after, int limit) {
    Map<ClientKey, Entry> rest = after == null ? connected : connected.tailMap(after, false);
    if (service != null && after == null) {
      // The empty id sorts before every id.
      rest = connected.tailMap(new ClientKey(service, "", service + '/'), false);
    }
    List<ConnectedClient> page = new ArrayList<>();
    for (Entry entry : rest.values()) {
      if (page.size() == limit || service != null && !entry.client.service().equals(service)) {
        break;
      }
      Presence presence = entry.presence;
      if (presence != null) {
        page.add(describe(entry, presence));
      }
    }
    return page;
  }

  private static ConnectedClient describe(Entry entry, Presence presence) {
    return new ConnectedClient(
        entry.client,
        presence.stream.sessionId(),
        presence.epoch,
        presence.hello.labels(),
        presence.hello.clientVersion(),
        presence.since,
        Instant.ofEpochMilli(presence.downlink.lastHeard()),
        entry.queueDepth,
        entry.inFlight,
        presence.stream.node());
  }
}
