package org.streamingcommands.cli;

import java.io.PrintWriter;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.streamingcommands.agent.AgentListener;
import org.streamingcommands.agent.Disconnect;

/** Prints how an agent's connection goes, and tells what ends it for good. */
final class AgentPrinter implements AgentListener {
  private final PrintWriter out;
  private final String edge;
  private final String client;
  private final CompletableFuture<Boolean> first = new CompletableFuture<>();
  private final CompletableFuture<Optional<String>> end = new CompletableFuture<>();

  AgentPrinter(PrintWriter out, String edge, String client) {
    this.out = out;
    this.edge = edge;
    this.client = client;
  }

  @Override
  public void connected(String sessionId, long epoch) {
    out.printf("connected to %s as %s, session %s%n", edge, client, sessionId);
    first.complete(true);
  }

  @Override
  public void disconnected(Disconnect why) {
    if (why.cause() == Disconnect.Cause.REFUSED) {
      // The agent would keep trying; at a prompt it is a person's mistake.
      end("the edge refused %s: %s".formatted(client, why.message()));
      return;
    }
    if (why.cause() != Disconnect.Cause.CLOSED && why.cause() != Disconnect.Cause.REPLACED) {
      out.printf(
          "%s: %s; trying again in %s%n",
          why.cause(), why.message(), Durations.show(why.reconnectIn().toNanos()));
      // This line tells more than a progress line could.
      first.complete(true);
    }
  }

  @Override
  public void replaced() {
    end("another connection took over " + client);
  }

  @Override
  public void closed() {
    out.println("left");
    end.complete(Optional.empty());
    first.complete(true);
  }

  private void end(String why) {
    end.complete(Optional.of(why));
    first.complete(true);
  }

  /** Waits until there is something to tell of the connection. */
  boolean awaitFirst() {
    return first.join();
  }

  /** Why there will be no further connection; empty where it was asked to leave. */
  Optional<String> awaitEnd() {
    return end.join();
  }
}
