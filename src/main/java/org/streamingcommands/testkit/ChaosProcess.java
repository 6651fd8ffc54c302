package org.streamingcommands.testkit;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.streamingcommands.agent.Agent;
import org.streamingcommands.agent.AgentListener;
import org.streamingcommands.agent.Disconnect;
import org.streamingcommands.command.ClientKey;

/** One process of a client: an agent behind a link of its own. Records what befalls it. */
final class ChaosProcess {
  private final History history;
  private final String client;
  private final String name;
  private final FaultyLink link;
  private final Agent agent;
  private final AtomicInteger connects = new AtomicInteger();
  private final CompletableFuture<Void> gone = new CompletableFuture<>();
  private boolean over;

  ChaosProcess(History history, ChaosTarget target, ClientKey client, String name, long seed) {
    this.history = history;
    this.client = client.clientId();
    this.name = name;
    try {
      link = FaultyLink.to(target.edge(), seed);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    history.processStarted(this.client, name);
    agent =
        Agent.builder(link.target())
            .service(client.service())
            .clientId(client.clientId())
            .version(name)
            .backoff(Duration.ofMillis(10), Duration.ofMillis(300))
            .welcomeTimeout(Duration.ofMillis(1500))
            .closeGrace(Duration.ofMillis(500))
            .onOther(new ChaosHandler(history, this.client, name))
            .listener(new Listener())
            .connect();
    agent.closed().thenRun(this::end);
  }

  private synchronized void end() {
    if (!over) {
      over = true;
      link.close();
      history.processEnded(client, name);
      gone.complete(null);
    }
  }

  /** Completes once the process is no more. */
  CompletableFuture<Void> gone() {
    return gone;
  }

  @Override
  public String toString() {
    return name + " " + agent.state();
  }

  /** How often it lost its connection and came back. */
  int reconnects() {
    return Math.max(0, connects.get() - 1);
  }

  String name() {
    return name;
  }

  /** The link, to cut it. */
  FaultyLink link() {
    return link;
  }

  void note(String fault) {
    history.note(client, name + ": " + fault);
  }

  synchronized void halfOpen() {
    link.halfOpen();
    broken();
  }

  synchronized void halfOpenToServer() {
    link.halfOpen(Direction.TO_SERVER);
    broken();
  }

  synchronized void halfOpenToClient() {
    disturbed("half-open to the client");
    link.halfOpen(Direction.TO_CLIENT);
  }

  synchronized void delay(Duration delay) {
    disturbed("delayed by " + delay);
    link.delay(delay, delay);
  }

  synchronized void throttle(int bytesPerSecond) {
    disturbed("throttled to " + bytesPerSecond + " bytes a second");
    link.throttle(bytesPerSecond);
  }

  private void disturbed(String how) {
    if (!over) {
      history.linkDisturbed(client, name, how);
    }
  }

  synchronized void cutOff() {
    link.refuse();
    link.cut();
    broken();
  }

  private void broken() {
    if (!over) {
      history.linkBroken(client, name);
    }
  }

  synchronized void heal() {
    if (!over) {
      history.linkHealed(client, name);
      link.heal();
    }
  }

  /** Ends it as SIGKILL would: nobody hears a last word. */
  void kill() {
    note("is killed");
    end();
    // What is left of it in this JVM reaches nobody any more.
    agent.closeAsync();
  }

  /** Ends it in order. */
  void leave() {
    history.disconnected(client, name, "it leaves");
    agent.closeAsync();
  }

  private final class Listener implements AgentListener {
    @Override
    public void connected(String sessionId, long epoch) {
      connects.incrementAndGet();
      history.connected(client, name, "session %s epoch %d".formatted(sessionId, epoch));
    }

    @Override
    public void disconnected(Disconnect why) {
      history.disconnected(client, name, why.cause() + ": " + why.message());
    }

    @Override
    public void replaced() {
      history.replaced(client, name);
    }
  }
}
