package org.streamingcommands.connection;

import com.typesafe.config.ConfigValueFactory;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.Member;
import org.apache.pekko.cluster.sharding.ShardRegion;
import org.apache.pekko.cluster.sharding.typed.ClusterShardingSettings;
import org.apache.pekko.cluster.sharding.typed.ShardingEnvelope;
import org.apache.pekko.cluster.sharding.typed.javadsl.ClusterSharding;
import org.apache.pekko.cluster.sharding.typed.javadsl.Entity;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.pattern.Patterns;

/**
 * The way to clients' entities on whichever node, and where those of this node come to life.
 * Thread-safe.
 */
final class EntityRegion {
  private static final Duration ROUTING_TIMEOUT = Duration.ofSeconds(1);

  private final ActorSystem<?> system;
  private final EngineSettings settings;
  private final ClusterNodes nodes;
  private final ActorRef<ShardingEnvelope<ClientConnection.Message>> region;
  private volatile boolean isGone;

  /** Starts it. */
  EntityRegion(
      ActorSystem<?> system, EngineSettings settings, ClusterNodes nodes, Connections connections) {
    this.system = system;
    this.settings = settings;
    this.nodes = nodes;
    this.region = start(connections);
    system.systemActorOf(
        Behaviors.<String>setup(
            context -> {
              context.watchWith(region, "gone");
              return Behaviors.receive(String.class)
                  .onMessage(
                      String.class,
                      gone -> {
                        isGone = true;
                        return Behaviors.stopped();
                      })
                  .build();
            }),
        "streaming-commands-region-watch",
        Props.empty());
  }

  private ActorRef<ShardingEnvelope<ClientConnection.Message>> start(Connections connections) {
    if (settings.role().isEmpty() && self().hasRole("sender")) {
      throw new IllegalArgumentException(
          "streaming-commands.engine.role: must name the role of the nodes, such as 'node', where a"
              + " member is a sender; else this one would host clients' entities");
    }
    ClusterShardingSettings sharding =
        ClusterShardingSettings.fromConfig(
                system
                    .settings()
                    .config()
                    .getConfig("pekko.cluster.sharding")
                    .withValue(
                        "number-of-shards",
                        ConfigValueFactory.fromAnyRef(settings.numberOfShards())))
            // The default would stop a quiet entity whose client is connected.
            .withNoPassivationStrategy();
    Entity<ClientConnection.Message, ShardingEnvelope<ClientConnection.Message>> entity =
        Entity.of(
                ClientConnection.TYPE_KEY,
                context ->
                    ClientConnection.create(context.getEntityId(), connections, context.getShard()))
            .withEntityProps(DispatcherSelector.fromConfig("streaming-commands.entity-dispatcher"))
            .withSettings(settings.role().isEmpty() ? sharding : sharding.withRole(settings.role()))
            .withStopMessage(ClientConnection.Stop.INSTANCE);
    return ClusterSharding.get(system).init(entity);
  }

  private Member self() {
    return Cluster.get(system).selfMember();
  }

  void route(ClientConnection.Request request) {
    region.tell(new ShardingEnvelope<>(request.client().entityId(), request));
  }

  /** Whether it is known to the coordinator of all, and so are the entities of this node. */
  CompletableFuture<Boolean> isRouting() {
    return PlainAnswer.of(
            Patterns.ask(
                Adapter.toClassic(region),
                ShardRegion.getCurrentRegionsInstance(),
                ROUTING_TIMEOUT.toMillis()),
            system.executionContext())
        .handle(
            (answer, error) ->
                answer instanceof ShardRegion.CurrentRegions regions
                    && (!nodes.isHost(self()) || regions.getRegions().contains(self().address())));
  }

  /** Whether, of a node that stops, commands find their way to an entity on another. */
  boolean routesElsewhere() {
    // After the region stopped, each would come back at once.
    return !isGone && nodes.hasOtherHosts();
  }

  /** Where the entities of these clients are, by the client's id; nothing where this node knows. */
  CompletableFuture<Map<String, String>> locate(String service, Collection<String> clientIds) {
    return nodes.hasOtherHosts()
        ? ShardHomes.ask(
                Adapter.toClassic(region), settings.numberOfShards(), system.executionContext())
            .thenApply(homes -> homes.of(service, clientIds))
        : CompletableFuture.completedFuture(Map.of());
  }
}
