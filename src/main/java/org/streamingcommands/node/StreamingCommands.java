package org.streamingcommands.node;

import com.google.protobuf.Message;
import com.typesafe.config.Config;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.Extension;
import org.apache.pekko.actor.typed.ExtensionId;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.Join;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamingcommands.api.ApiServer;
import org.streamingcommands.api.ApiSettings;
import org.streamingcommands.client.StreamingCommandClient;
import org.streamingcommands.client.StreamingFleetClient;
import org.streamingcommands.connection.Connections;
import org.streamingcommands.connection.DrainReport;
import org.streamingcommands.edge.EdgeServer;
import org.streamingcommands.edge.EdgeSettings;
import org.streamingcommands.registry.StreamingServiceRegistry;

/**
 * Streaming Commands inside a user's own ActorSystem. The system needs {@code pekko.actor.provider
 * = cluster}; a single node is a cluster of one, see {@link #join}. It stops with the system's
 * coordinated shutdown: clients are told to go elsewhere at a pace, those with commands under way
 * last; then both listeners close, the entities hand over, and the node leaves. Thread-safe.
 *
 * <pre>{@code
 * StreamingCommands commands = StreamingCommands.get(system);
 * commands.join();
 * commands.services().register(ClientService.builder(system, "bots").build());
 * commands.startEdge();
 * commands.client("bots", "bot-1").ask(command, Answer.class)
 * }</pre>
 */
public final class StreamingCommands implements Extension {
  private static final Logger log = LoggerFactory.getLogger(StreamingCommands.class);

  private static final ExtensionId<StreamingCommands> ID =
      new ExtensionId<>() {
        @Override
        public StreamingCommands createExtension(ActorSystem<?> system) {
          return new StreamingCommands(system);
        }
      };

  private final ActorSystem<?> system;
  private final Connections connections;
  private final StreamingServiceRegistry services;
  private final GracefulStop stop;

  /**
   * @throws IllegalStateException where the system is not part of a cluster
   */
  public static StreamingCommands get(ActorSystem<?> system) {
    return system.registerExtension(ID);
  }

  private StreamingCommands(ActorSystem<?> system) {
    this.system = system;
    String provider = system.settings().config().getString("pekko.actor.provider");
    if (!provider.equals("cluster") && !provider.endsWith("ClusterActorRefProvider")) {
      throw new IllegalStateException(
          "pekko.actor.provider must be 'cluster', is '%s'; a single node is a cluster of one"
              .formatted(provider));
    }
    if (ForkJoinPool.getCommonPoolParallelism() == 1) {
      log.warn(
          "The common pool has one thread, so that every callback of a future starts another. Start this"
              + " JVM with -Djava.util.concurrent.ForkJoinPool.common.parallelism=2 or more.");
    }
    connections = Connections.get(system);
    services = StreamingServiceRegistry.get(system);
    stop = GracefulStop.of(system, connections);
  }

  /** The services of this node and of the cluster. */
  public StreamingServiceRegistry services() {
    return services;
  }

  /**
   * Takes leave of this node's clients, as a stop does first; the node stays in the cluster. No
   * client is taken in any more, and there is no way back.
   *
   * @return completed when no client is left
   */
  public CompletableFuture<DrainReport> drain() {
    return connections.drain();
  }

  /**
   * Sends to one client from this JVM.
   *
   * @throws IllegalArgumentException for a service or client id that breaks its rule
   */
  public <C extends Message> StreamingCommandClient<C> client(String service, String clientId) {
    return StreamingCommandClient.local(system, service, clientId);
  }

  /**
   * Sends to many clients of a service from this JVM.
   *
   * @throws IllegalArgumentException for a service that breaks its rule
   */
  public <C extends Message> StreamingFleetClient<C> fleet(String service) {
    return StreamingFleetClient.local(system, service);
  }

  /**
   * Forms a cluster of this node alone, unless {@code pekko.cluster.seed-nodes} names others to
   * join.
   *
   * @return completed when this node is up
   */
  public CompletableFuture<Done> join() {
    Cluster cluster = Cluster.get(system);
    CompletableFuture<Done> up = new CompletableFuture<>();
    // The one hook that is called at once where the node is up already.
    org.apache.pekko.cluster.Cluster.get(system.classicSystem())
        .registerOnMemberUp(() -> up.complete(Done.getInstance()));
    if (system.settings().config().getList("pekko.cluster.seed-nodes").isEmpty()) {
      cluster.manager().tell(new Join(cluster.selfMember().address()));
    }
    return up;
  }

  /**
   * Waits until clients can be reached from here. A node that has just joined needs a moment for
   * it; who opens the listeners before that lets clients and senders wait.
   *
   * @return completed then
   */
  public CompletableFuture<Done> ready() {
    return connections
        .isRouting()
        .thenCompose(
            routing ->
                routing
                    ? CompletableFuture.completedFuture(Done.getInstance())
                    : CompletableFuture.supplyAsync(
                            this::ready,
                            CompletableFuture.delayedExecutor(100, TimeUnit.MILLISECONDS))
                        .thenCompose(again -> again));
  }

  /**
   * Opens the edge, as {@code streaming-commands.edge} says.
   *
   * @return where it listens
   * @throws UncheckedIOException where the address cannot be bound
   */
  public InetSocketAddress startEdge() {
    EdgeSettings settings = EdgeSettings.from(section("edge"));
    try {
      EdgeServer edge = EdgeServer.start(settings, connections);
      stop.onUnbind(
          "streaming-commands-edge",
          () ->
              CompletableFuture.runAsync(
                      edge::stop, system.dispatchers().lookup(DispatcherSelector.blocking()))
                  .thenApply(stopped -> Done.getInstance()));
      return edge.address();
    } catch (IOException e) {
      throw new UncheckedIOException(
          "streaming-commands.edge: cannot listen on %s:%d: %s"
              .formatted(settings.host(), settings.port(), e.getMessage()),
          e);
    }
  }

  /**
   * Opens the api, as {@code streaming-commands.api} says.
   *
   * @return where it listens; failed where the address cannot be bound
   */
  public CompletableFuture<InetSocketAddress> startApi() {
    ApiSettings settings = ApiSettings.from(section("api"));
    CompletableFuture<InetSocketAddress> listening = new CompletableFuture<>();
    ApiServer.on(system, settings, connections)
        .services(services::clusterServices)
        .start()
        .whenComplete(
            (api, error) -> {
              if (error != null) {
                listening.completeExceptionally(
                    new IllegalStateException(
                        "streaming-commands.api: cannot listen on %s:%d"
                            .formatted(settings.host(), settings.port()),
                        error));
                return;
              }
              stop.onUnbind(
                  "streaming-commands-api",
                  () -> api.stop().toCompletableFuture().thenApply(none -> Done.getInstance()));
              listening.complete(api.address());
            });
    return listening;
  }

  private Config section(String name) {
    return system.settings().config().getConfig("streaming-commands." + name);
  }
}
