package org.streamingcommands.connection;

import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.pekko.actor.typed.ActorRef;
import org.jspecify.annotations.Nullable;
import org.streamingcommands.command.ClientKey;

/**
 * The entities on this node: an index for the direct tell, which saves the hops through region and
 * shard. Written by the entities only.
 */
final class LocalEntities {

  /** One entity, as others may see it. */
  static final class Entry {
    private ClientKey client;
    private final ActorRef<ClientConnection.Message> ref;
    private volatile int queueDepth;
    private volatile int inFlight;
    private volatile boolean remembers;
    private volatile @Nullable Connected connected;

    private Entry(ClientKey client, ActorRef<ClientConnection.Message> ref) {
      this.client = client;
      this.ref = ref;
    }

    ClientKey client() {
      return client;
    }

    int queueDepth() {
      return queueDepth;
    }

    int inFlight() {
      return inFlight;
    }

    ActorRef<ClientConnection.Message> ref() {
      return ref;
    }

    /** Tells the entity, on the thread of its stream where it has one. */
    void tell(ClientConnection.Message message) {
      Connected now = connected;
      StreamThread.tell(ref, message, now == null ? null : now.downlink.thread());
    }

    /** A command may be about to be written; {@link #load} says later what became of it. */
    void expect() {
      if (queueDepth + inFlight == 0) {
        inFlight = 1;
      }
    }

    /**
     * What the entity has to do now.
     *
     * @param remembering whether it knows of commands that ended, which it will have to forget
     */
    void load(int queued, int written, boolean remembering) {
      // A volatile write is a fence; most messages change nothing.
      if (queueDepth != queued) {
        queueDepth = queued;
      }
      if (inFlight != written) {
        inFlight = written;
      }
      if (remembers != remembering) {
        remembers = remembering;
      }
    }

    /**
     * Whether it would learn nothing from a word of this stream: it takes it for the connection,
     * and has nothing to forget meanwhile.
     */
    boolean needsNoWordOf(StreamRef stream) {
      Connected now = connected;
      return !remembers && now != null && now.stream.equals(stream);
    }

    /** The connection as it is now; null when there is none. */
    @Nullable ConnectedClient describe() {
      Connected now = connected;
      return now == null
          ? null
          : new ConnectedClient(
              client,
              now.stream.sessionId(),
              now.epoch,
              now.labels,
              now.clientVersion,
              now.since,
              Instant.ofEpochMilli(now.downlink.lastHeard()),
              queueDepth,
              inFlight,
              now.stream.node());
    }
  }

  private record Connected(
      Map<String, String> labels,
      String clientVersion,
      StreamRef stream,
      long epoch,
      Instant since,
      Downlink downlink) {}

  private final ConcurrentHashMap<String, Entry> byEntityId = new ConcurrentHashMap<>();
  private final PresenceBoard presence;

  LocalEntities(PresenceBoard presence) {
    this.presence = presence;
  }

  @Nullable Entry find(ClientKey client) {
    return byEntityId.get(client.entityId());
  }

  /** Whether the client's entity is here and has commands that have not ended. */
  boolean isBusy(ClientKey client) {
    Entry entry = byEntityId.get(client.entityId());
    return entry != null && entry.queueDepth + entry.inFlight > 0;
  }

  Entry add(ClientKey client, ActorRef<ClientConnection.Message> ref) {
    Entry entry = new Entry(client, ref);
    byEntityId.put(client.entityId(), entry);
    return entry;
  }

  /** Those whose client's stream was there are told that it ended. */
  void nodeGone(String node) {
    for (Entry entry : byEntityId.values()) {
      Connected now = entry.connected;
      if (now != null && now.stream.node().equals(node)) {
        entry.ref.tell(new ClientConnection.Detach(now.stream, false, ShardMoves.SETTLE_MILLIS));
      }
    }
  }

  /** The entity goes. Its connection, where it has one, stays, and finds the next entity. */
  void remove(Entry entry) {
    byEntityId.remove(entry.client.entityId(), entry);
    ConnectedClient last = entry.describe();
    if (last != null) {
      // Until it is there, listings find it here.
      presence.moved(entry, last);
      entry.connected = null;
    }
  }

  void connected(Entry entry, Hello hello, StreamRef stream, long epoch, Downlink downlink) {
    // The same name, which the stream keeps anyway.
    entry.client = hello.client();
    entry.connected =
        new Connected(
            hello.labels(), hello.clientVersion(), stream, epoch, Instant.now(), downlink);
    presence.connected(entry);
  }

  void disconnected(Entry entry) {
    ConnectedClient last = entry.describe();
    if (last != null) {
      entry.connected = null;
      presence.disconnected(entry, last);
    }
  }
}
