package org.streamingcommands.connection;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import org.streamingcommands.command.ClientKey;

/** The live streams of this node, by id and by their transport's thread. */
final class LiveSessions {
  /** Of streams that have no thread of their own; no edge's are. */
  private static final Executor CALLERS = Runnable::run;

  private final ConcurrentHashMap<Long, ClientSession> byId = new ConcurrentHashMap<>();

  /** As many as an edge has event loops, and one more. */
  private final ConcurrentHashMap<Executor, ThreadDues<ClientSession>> byThread =
      new ConcurrentHashMap<>();

  /** Begins with the time, so that entities on other nodes never take us for our predecessor. */
  private final AtomicLong lastId = new AtomicLong(System.currentTimeMillis() << 20);

  private final String node;

  LiveSessions(String node) {
    this.node = node;
  }

  ClientSession open(Connections connections, ClientStream stream) {
    StreamRef ref = new StreamRef(node, lastId.incrementAndGet());
    ClientSession session = new ClientSession(connections, ref, stream);
    session.isDueAt(duesOf(session).add(session));
    byId.put(ref.id(), session);
    return session;
  }

  @Nullable ClientSession find(StreamRef ref) {
    return ref.node().equals(node) ? byId.get(ref.id()) : null;
  }

  void remove(StreamRef ref) {
    ClientSession ended = byId.remove(ref.id());
    if (ended != null) {
      duesOf(ended).remove(ended.duePlace());
    }
  }

  private ThreadDues<ClientSession> duesOf(ClientSession session) {
    Executor thread = session.thread();
    return byThread.computeIfAbsent(thread == null ? CALLERS : thread, ThreadDues::new);
  }

  /** What time brings for this one has changed: it is to be looked at when the heartbeat ticks. */
  void hurry(ClientSession session) {
    duesOf(session).hurry(session.duePlace());
  }

  /**
   * Looks at whatever is due, each on the thread of its transport, where that has one.
   *
   * @param look says when it is due next
   */
  void lookAtDue(ToLongFunction<ClientSession> look) {
    byThread.values().forEach(dues -> dues.lookAtDue(look));
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
