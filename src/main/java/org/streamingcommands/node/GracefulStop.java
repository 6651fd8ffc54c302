package org.streamingcommands.node;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.apache.pekko.Done;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.apache.pekko.actor.typed.ActorSystem;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamingcommands.connection.Connections;
import org.streamingcommands.connection.DrainSettings;

/**
 * The order in which a node stops, as phases of the system's coordinated shutdown. SIGTERM, a
 * drain, leaving the cluster and {@link StreamingNode#stop} all run it.
 *
 * <ol>
 *   <li><b>before-service-unbind</b>: readiness is off, and a hello is answered with
 *       goodbye(DRAINING). Clients are told to go elsewhere, in batches, each with a delay of its
 *       own; those with commands under way may finish them first, for in-flight-timeout. Commands
 *       are taken and routed all the while, where there is another node.
 *   <li><b>service-unbind</b>: whoever is left is told goodbye at once; edge and api take nothing
 *       new, and calls under way may end, each within its stop-timeout.
 *   <li><b>cluster-sharding-shutdown-region</b>: the entities go, and hand what has not ended over
 *       to their successors on other nodes.
 *   <li><b>cluster-leave</b> and what follows: the node leaves, the actor system ends, and with it
 *       every send of this JVM that is still waiting.
 * </ol>
 *
 * <p>A node that the cluster took out has nobody to hand over to and no claim on its clients: it
 * skips the pace of the first step.
 */
final class GracefulStop {
  private static final Logger log = LoggerFactory.getLogger(GracefulStop.class);
  private static final String DRAIN_PHASE = CoordinatedShutdown.PhaseBeforeServiceUnbind();

  private final CoordinatedShutdown shutdown;
  private final Connections connections;

  static GracefulStop of(ActorSystem<?> system, Connections connections) {
    GracefulStop stop = new GracefulStop(CoordinatedShutdown.get(system), connections);
    stop.register(system);
    return stop;
  }

  private GracefulStop(CoordinatedShutdown shutdown, Connections connections) {
    this.shutdown = shutdown;
    this.connections = connections;
  }

  private void register(ActorSystem<?> system) {
    Duration phase =
        system
            .settings()
            .config()
            .getDuration("pekko.coordinated-shutdown.phases." + DRAIN_PHASE + ".timeout");
    DrainSettings drain = connections.drainSettings();
    if (drain.limit().compareTo(phase) >= 0) {
      log.warn(
          "A drain may take {}, but is cut off after {}: raise"
              + " pekko.coordinated-shutdown.phases.{}.timeout, or lower streaming-commands.drain",
          drain.limit(),
          phase,
          DRAIN_PHASE);
    }
    shutdown.addTask(DRAIN_PHASE, "streaming-commands-drain", this::drain);
    onUnbind(
        "streaming-commands-last-goodbyes",
        () -> {
          connections.drainNow();
          return CompletableFuture.completedFuture(Done.getInstance());
        });
  }

  private CompletionStage<Done> drain() {
    boolean isOut =
        shutdown
            .getShutdownReason()
            .filter(reason -> reason == CoordinatedShutdown.clusterDowningReason())
            .isPresent();
    if (isOut) {
      connections.drainNow();
      return CompletableFuture.completedFuture(Done.getInstance());
    }
    return connections.drain().thenApply(report -> Done.getInstance());
  }

  /** What stops when nobody is served any more. */
  void onUnbind(String task, Supplier<CompletionStage<Done>> action) {
    shutdown.addTask(CoordinatedShutdown.PhaseServiceUnbind(), task, action::get);
  }
}
