package org.streamingcommands.api;

import java.util.concurrent.CompletableFuture;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.apache.pekko.actor.typed.ActorSystem;
import org.streamingcommands.connection.Connections;
import org.streamingcommands.connection.DrainReason;
import org.streamingcommands.connection.DrainReport;
import org.streamingcommands.grpc.v1.DrainNodeRequest;
import org.streamingcommands.grpc.v1.DrainNodeResponse;

/** Takes the clients off this node, and then the node off the cluster where that is asked for. */
final class DrainCall {
  private final ActorSystem<?> system;
  private final Connections connections;

  DrainCall(ActorSystem<?> system, Connections connections) {
    this.system = system;
    this.connections = connections;
  }

  /** Answered when no client is left; the stop begins then, and lets the answer out first. */
  CompletableFuture<DrainNodeResponse> drain(DrainNodeRequest request) {
    return connections
        .drain()
        .thenApply(
            report -> {
              if (request.getStop()) {
                CoordinatedShutdown.get(system).runAll(DrainReason.BY_OPERATOR);
              }
              return response(report);
            });
  }

  private DrainNodeResponse response(DrainReport report) {
    return DrainNodeResponse.newBuilder()
        .setNode(connections.node())
        .setClients(report.clients())
        .setInterrupted(report.interrupted())
        .build();
  }
}
