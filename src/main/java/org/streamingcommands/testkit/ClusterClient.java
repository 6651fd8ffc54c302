package org.streamingcommands.testkit;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.streamingcommands.agent.Agent;
import org.streamingcommands.agent.AgentListener;
import org.streamingcommands.agent.Disconnect;
import org.streamingcommands.command.ClientKey;

/** A client of a {@link ClusterRun}: one process, which may dial every edge. */
final class ClusterClient {
  private final ClientKey key;
  private final History history;
  private final AtomicInteger connects = new AtomicInteger();
  private final Agent agent;
  private volatile long lostNanos;
  private volatile long longestAbsenceNanos;

  ClusterClient(ClientKey key, History history, String[] edges) {
    this.key = key;
    this.history = history;
    history.processStarted(id(), name());
    agent =
        Agent.builder(edges)
            .service(key.service())
            .clientId(id())
            .version(name())
            .backoff(Duration.ofMillis(50), Duration.ofSeconds(1))
            .welcomeTimeout(Duration.ofSeconds(5))
            .onOther(new ChaosHandler(history, id(), name()))
            .listener(new Listener())
            .connect();
  }

  ClientKey key() {
    return key;
  }

  String id() {
    return key.clientId();
  }

  String name() {
    return id() + "#1";
  }

  Agent agent() {
    return agent;
  }

  int reconnects() {
    return Math.max(0, connects.get() - 1);
  }

  /** For how long it was without a connection, at the most. */
  Duration longestAbsence() {
    return Duration.ofNanos(longestAbsenceNanos);
  }

  private final class Listener implements AgentListener {
    @Override
    public void connected(String sessionId, long epoch) {
      if (connects.incrementAndGet() > 1 && lostNanos != 0) {
        longestAbsenceNanos = Math.max(longestAbsenceNanos, History.now() - lostNanos);
      }
      lostNanos = 0;
      history.connected(id(), name(), "session %s epoch %d".formatted(sessionId, epoch));
    }

    @Override
    public void disconnected(Disconnect why) {
      // A try that failed does not end the absence.
      lostNanos = lostNanos == 0 ? History.now() : lostNanos;
      history.disconnected(id(), name(), why.cause() + ": " + why.message());
    }

    @Override
    public void replaced() {
      history.replaced(id(), name());
    }
  }
}
