package org.streamingcommands.agent;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** Keeps what a listener hears, in order. */
final class Heard implements AgentListener {
  private final BlockingQueue<Object> all = new LinkedBlockingQueue<>();

  @Override
  public void connected(String sessionId, long epoch) {
    all.add("connected " + sessionId + " " + epoch);
  }

  @Override
  public void disconnected(Disconnect why) {
    all.add(why);
  }

  @Override
  public void replaced() {
    all.add("replaced");
  }

  @Override
  public void closed() {
    all.add("closed");
  }

  Object next() {
    return ScriptedEdge.take(all);
  }

  Disconnect disconnect() {
    return (Disconnect) next();
  }

  boolean isEmpty() {
    return all.isEmpty();
  }
}
