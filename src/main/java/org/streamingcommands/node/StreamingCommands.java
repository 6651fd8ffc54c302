package org.streamingcommands.node;

import com.google.protobuf.Message;
import com.typesafe.config.Config;
import io.opentelemetry.api.GlobalOpenTelemetry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.Done;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.Extension;
import org.apache.pekko.actor.typed.ExtensionId;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.Join;
import org.jspecify.annotations.Nullable;
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
import org.streamingcommands.edge.http2.EventLoops;
import org.streamingcommands.json.JsonCatalog;
import org.streamingcommands.ops.AuditLog;
import org.streamingcommands.ops.Dashboard;
import org.streamingcommands.ops.MetricsServer;
import org.streamingcommands.ops.MetricsSettings;
import org.streamingcommands.ops.NodeFigures;
import org.streamingcommands.ops.SendTracing;
import org.streamingcommands.registry.StreamingServiceRegistry;
import org.streamingcommands.security.ListenerSecurity;
import org.streamingcommands.trace.Tracing;
import org.streamingcommands.trunk.NodeTrunks;
import org.streamingcommands.trunk.TrunkSettings;

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
  private @Nullable NodeFigures figures;
  private @Nullable EventLoops threads;

  /**
   * @throws IllegalStateException where the system is not part of a cluster
   * @throws UncheckedIOException where {@code streaming-commands.trunk} names a port that is taken
   */
  public static StreamingCommands get(ActorSystem<?> system) {
    return system.registerExtension(ID);
  }

  /** Whether somebody has asked for it in this system. */
  static boolean isIn(ActorSystem<?> system) {
    return system.hasExtension(ID);
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
    connections.observe(new SendTracing());
    if (system.settings().config().getBoolean("streaming-commands.audit")) {
      connections.observe(new AuditLog());
    }
    stop = GracefulStop.of(system, connections);
    startTrunks();
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

  /** Which message types the HTTP api reads and writes as JSON, by service. */
  public JsonCatalog messages() {
    return JsonCatalog.get(system);
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
   * Joins the nodes that {@code pekko.cluster.seed-nodes} names, or those that the bootstrap finds
   * where {@code streaming-commands.management.bootstrap} is on. Without either it forms a cluster
   * of this node alone. Starts the management listener where that is enabled.
   *
   * @return completed when this node is up; failed where management cannot listen
   * @throws IllegalArgumentException where the settings contradict each other
   */
  public CompletableFuture<Done> join() {
    Management management = new Management(system);
    if (!management.isEnabled()) {
      return joinCluster(false);
    }
    return management.start().thenCompose(address -> joinCluster(management.bootstraps()));
  }

  private CompletableFuture<Done> joinCluster(boolean isBeingFound) {
    Cluster cluster = Cluster.get(system);
    CompletableFuture<Done> up = new CompletableFuture<>();
    // The one hook that is called at once where the node is up already.
    org.apache.pekko.cluster.Cluster.get(system.classicSystem())
        .registerOnMemberUp(() -> up.complete(Done.getInstance()));
    if (!isBeingFound && system.settings().config().getList("pekko.cluster.seed-nodes").isEmpty()) {
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
   * @throws IllegalArgumentException naming the key that is wrong, or missing
   * @throws UncheckedIOException where the address cannot be bound
   */
  public InetSocketAddress startEdge() {
    EdgeSettings settings = EdgeSettings.from(section("edge"));
    try {
      EdgeServer edge =
          EdgeServer.start(
              settings,
              connections,
              ListenerSecurity.of(section(), "edge", settings.host()),
              threads());
      stop.checkTime(system.settings().config());
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
   * @throws IllegalArgumentException naming the key that is wrong, or missing
   */
  public CompletableFuture<InetSocketAddress> startApi() {
    ApiSettings settings = ApiSettings.from(section("api"));
    CompletableFuture<InetSocketAddress> listening = new CompletableFuture<>();
    ApiServer.Builder builder =
        ApiServer.on(system, settings, connections).services(services::clusterServices);
    if (section("api").getBoolean("dashboard")) {
      Dashboard dashboard = new Dashboard();
      builder.beside(dashboard).openPaths(dashboard.paths());
    }
    builder
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

  /**
   * Traces commands where {@code streaming-commands.tracing} says so, for all of this JVM.
   *
   * @throws IllegalArgumentException for a value that is none
   */
  public void startTracing() {
    if (TracingUse.from(section("tracing")) == TracingUse.GLOBAL) {
      Tracing.use(GlobalOpenTelemetry.get());
    }
  }

  /**
   * Opens the listener for figures, as {@code streaming-commands.metrics} says. The management
   * listener has them in any case.
   *
   * @return where it listens; empty where it is not enabled
   * @throws UncheckedIOException where the address cannot be bound
   * @throws IllegalArgumentException where other machines could reach it and nobody said they may
   */
  public Optional<InetSocketAddress> startMetrics() {
    MetricsSettings settings = MetricsSettings.from(section("metrics"));
    if (!settings.enabled()) {
      return Optional.empty();
    }
    NodeLinks.checkMetrics(system.settings().config());
    try {
      MetricsServer metrics = MetricsServer.start(settings, figures());
      // Last of the listeners: how a node stops is worth being read too.
      stop.onStop(
          "streaming-commands-metrics",
          () -> {
            metrics.stop();
            return CompletableFuture.completedFuture(Done.getInstance());
          });
      return Optional.of(metrics.address());
    } catch (IOException e) {
      throw new UncheckedIOException(
          "streaming-commands.metrics: cannot listen on %s:%d: %s"
              .formatted(settings.host(), settings.port(), e.getMessage()),
          e);
    }
  }

  /** Of this node, made for the first who asks. */
  synchronized NodeFigures figures() {
    if (figures == null) {
      NodeFigures made =
          new NodeFigures(connections, MetricsSettings.from(section("metrics")).jvm());
      system.getWhenTerminated().whenComplete((done, error) -> made.close());
      figures = made;
    }
    return figures;
  }

  /** So that nodes speak to each other over connections of their own; see the package's comment. */
  private void startTrunks() {
    TrunkSettings settings = TrunkSettings.from(section("trunk"));
    if (!settings.enabled()) {
      return;
    }
    EventLoops threads = threads();
    try {
      NodeTrunks trunks =
          NodeTrunks.start(
              (ExtendedActorSystem) system.classicSystem(),
              settings,
              connections.trunkListener(),
              threads.group(),
              threads.channelType());
      system.getWhenTerminated().thenRun(trunks::close);
      connections.use(trunks);
    } catch (IOException e) {
      throw new UncheckedIOException("streaming-commands.trunk: " + e.getMessage(), e);
    }
  }

  /** Those that read clients' connections and other nodes'. */
  private synchronized EventLoops threads() {
    EventLoops known = threads;
    if (known == null) {
      known = EdgeServer.threads(section("edge").getInt("event-loops"));
      threads = known;
      system.getWhenTerminated().thenRun(known::stop);
    }
    return known;
  }

  private Config section() {
    return system.settings().config().getConfig("streaming-commands");
  }

  private Config section(String name) {
    return section().getConfig(name);
  }
}
