package org.streamingcommands.node;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigParseOptions;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.pekko.Done;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.streamingcommands.connection.DrainReason;
import org.streamingcommands.registry.StreamingServiceRegistry;

/**
 * A node as its own process runs it: an ActorSystem of its own, the services that its configuration
 * names, and both listeners. Started by {@link #start}; {@link #stop} says goodbye to the clients,
 * lets calls end, leaves the cluster and ends the system. Whoever has an ActorSystem embeds {@link
 * StreamingCommands} in it instead.
 */
public final class StreamingNode implements AutoCloseable {
  private static final Duration START_LIMIT = Duration.ofSeconds(60);
  private static final Duration STOP_LIMIT = Duration.ofSeconds(120);

  private static final Set<CoordinatedShutdown.Reason> ON_PURPOSE =
      Set.of(
          CoordinatedShutdown.actorSystemTerminateReason(),
          CoordinatedShutdown.jvmExitReason(),
          CoordinatedShutdown.clusterLeavingReason(),
          DrainReason.BY_OPERATOR);

  private final ActorSystem<Void> system;
  private final InetSocketAddress edgeAddress;
  private final InetSocketAddress apiAddress;
  private final Optional<InetSocketAddress> metricsAddress;

  private StreamingNode(
      ActorSystem<Void> system,
      InetSocketAddress edgeAddress,
      InetSocketAddress apiAddress,
      Optional<InetSocketAddress> metricsAddress) {
    this.metricsAddress = metricsAddress;
    this.system = system;
    this.edgeAddress = edgeAddress;
    this.apiAddress = apiAddress;
  }

  /**
   * What a node is configured with: the file, over what a launched node sets of Pekko, over the
   * defaults. System properties come first.
   *
   * @throws com.typesafe.config.ConfigException where the file is missing or wrong
   */
  public static Config config(Optional<Path> file) {
    Config own =
        file.map(
                path ->
                    ConfigFactory.parseFile(
                        path.toFile(), ConfigParseOptions.defaults().setAllowMissing(false)))
            .orElseGet(ConfigFactory::empty);
    return ConfigFactory.defaultOverrides()
        .withFallback(own)
        .withFallback(ConfigFactory.parseResources("node.conf"))
        .withFallback(ConfigFactory.defaultReference())
        .resolve();
  }

  /**
   * Starts a node and waits until it takes clients and commands. Blocks for up to a minute.
   *
   * @throws IllegalStateException where it cannot start; the message says why, and nothing stays
   */
  public static StreamingNode start(Config config) {
    try {
      NodeLinks.check(config);
    } catch (IllegalArgumentException e) {
      throw new IllegalStateException("the node could not start: " + e.getMessage(), e);
    }
    ActorSystem<Void> system = ActorSystem.create(Behaviors.empty(), "streaming-commands", config);
    try {
      StreamingCommands commands = StreamingCommands.get(system);
      commands.startTracing();
      await(commands.join(), START_LIMIT);
      await(commands.ready(), START_LIMIT);
      ConfiguredServices.register(system, commands.services());
      InetSocketAddress edge = commands.startEdge();
      InetSocketAddress api = await(commands.startApi(), START_LIMIT);
      return new StreamingNode(system, edge, api, commands.startMetrics());
    } catch (RuntimeException e) {
      system.terminate();
      throw new IllegalStateException("the node could not start: " + messageOf(e), e);
    }
  }

  public ActorSystem<Void> system() {
    return system;
  }

  /** The services of this node. */
  public StreamingServiceRegistry services() {
    return StreamingServiceRegistry.get(system);
  }

  /** Where clients dial. */
  public InetSocketAddress edgeAddress() {
    return edgeAddress;
  }

  /** Where senders and operators call. */
  public InetSocketAddress apiAddress() {
    return apiAddress;
  }

  /** Where Prometheus reads; empty where metrics are not enabled. */
  public Optional<InetSocketAddress> metricsAddress() {
    return metricsAddress;
  }

  /**
   * Whether the stop that ended this node, or is about to, was wished for: by {@link #stop}, a
   * signal, a drain, or word to leave the cluster. It was not where the cluster took the node out.
   */
  public boolean isStoppedOnPurpose() {
    return CoordinatedShutdown.get(system)
        .getShutdownReason()
        .filter(ON_PURPOSE::contains)
        .isPresent();
  }

  /** Stops in order; the future completes when nothing of the node is left. */
  public CompletableFuture<Done> stop() {
    CompletableFuture<Done> stopped = new CompletableFuture<>();
    CoordinatedShutdown.get(system)
        .runAll(CoordinatedShutdown.actorSystemTerminateReason())
        .whenComplete(
            (done, error) -> {
              if (error == null) {
                stopped.complete(done);
              } else {
                stopped.completeExceptionally(error);
              }
            });
    return stopped;
  }

  /** Stops in order and waits for it. */
  @Override
  public void close() {
    await(stop(), STOP_LIMIT);
  }

  private static <T> T await(CompletableFuture<T> future, Duration limit) {
    try {
      return future.get(limit.toNanos(), TimeUnit.NANOSECONDS);
    } catch (ExecutionException e) {
      throw new CompletionException(e.getCause());
    } catch (TimeoutException e) {
      throw new IllegalStateException("it took longer than " + limit, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  private static String messageOf(Throwable error) {
    Throwable said = error instanceof CompletionException ? error.getCause() : error;
    return String.valueOf(said.getMessage());
  }
}
