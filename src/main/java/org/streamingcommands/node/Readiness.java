package org.streamingcommands.node;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.streamingcommands.connection.Connections;

/**
 * What /ready asks of a node besides being up: that it takes clients. Not so from the moment that
 * it drains, and while it is cut off from its cluster. Made by Pekko Management, by its name in
 * {@code reference.conf}.
 */
public final class Readiness implements Supplier<CompletionStage<Boolean>> {
  private final ActorSystem system;

  public Readiness(ActorSystem system) {
    this.system = system;
  }

  @Override
  public CompletionStage<Boolean> get() {
    Connections connections = Connections.get(Adapter.toTyped(system));
    return CompletableFuture.completedFuture(
        !connections.isDraining() && connections.cutOff() == null);
  }
}
