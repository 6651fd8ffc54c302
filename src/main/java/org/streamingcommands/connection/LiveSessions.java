package org.streamingcommands.connection;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import org.streamingcommands.command.ClientKey;

/** The live streams of this node, by id. */
final class LiveSessions {
  private final ConcurrentHashMap<Long, ClientSession> byId = new ConcurrentHashMap<>();
  private final DueList<ClientSession> dues = new DueList<>();

  /** Begins with the time, so that entities on other nodes never take us for our predecessor. */
  private final AtomicLong lastId = new AtomicLong(System.currentTimeMillis() << 20);

  private final String node;

  LiveSessions(String node) {
    this.node = node;
  }

  ClientSession open(Connections connections, ClientStream stream) {
    StreamRef ref = new StreamRef(node, lastId.incrementAndGet());
    ClientSession session = new ClientSession(connections, ref, stream);
    session.isDueAt(dues.add(session));
    byId.put(ref.id(), session);
    return session;
  }

  @Nullable ClientSession find(StreamRef ref) {
    return ref.node().equals(node) ? byId.get(ref.id()) : null;
  }

  void remove(StreamRef ref) {
    ClientSession ended = byId.remove(ref.id());
    if (ended != null) {
      dues.remove(ended.duePlace());
    }
  }

  /** What time brings for this one has changed: it is to be looked at when the heartbeat ticks. */
  void hurry(ClientSession session) {
    dues.hurry(session.duePlace());
  }

  /**
   * @param look says when it is due next
   */
  void lookAtDue(long nowNanos, ToLongFunction<ClientSession> look) {
    dues.lookAtDue(nowNanos, look);
  }

  int size() {
    return byId.size();
  }

  void forEach(Consumer<ClientSession> action) {
    byId.values().forEach(action);
  }

  /** To all streams of a service's clients. */
  void goodbye(String service, Goodbye goodbye) {
    for (ClientSession session : byId.values()) {
      ClientKey client = session.client();
      if (client != null && client.service().equals(service)) {
        session.goodbye(goodbye);
      }
    }
  }
}
