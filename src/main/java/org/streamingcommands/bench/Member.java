package org.streamingcommands.bench;

import java.time.Duration;
import java.util.stream.Collectors;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.cluster.sharding.ShardRegion.CurrentShardRegionState;
import org.apache.pekko.cluster.sharding.typed.GetShardRegionState;
import org.apache.pekko.cluster.sharding.typed.javadsl.ClusterSharding;
import org.apache.pekko.cluster.sharding.typed.javadsl.EntityTypeKey;
import org.streamingcommands.command.ClientKey;

/** A node of a cluster: sends as others do, and knows which clients' entities it has. */
final class Member implements Worker {
  /** The engine's, by name: it is no part of the public API. */
  private static final EntityTypeKey<Object> ENTITIES =
      EntityTypeKey.create(Object.class, "ClientConnection");

  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final ActorSystem<?> system;
  private final Senders senders;

  Member(ActorSystem<?> system) {
    this.system = system;
    this.senders = new Senders(NodeSender.local(system));
  }

  @Override
  public Line work(Line order) throws Exception {
    return order.word().equals("hosted")
        ? Line.of("hosted").with("ids", hosted())
        : senders.work(order);
  }

  private String hosted() {
    CurrentShardRegionState state =
        AskPattern
            .<org.apache.pekko.cluster.sharding.typed.ClusterShardingQuery, CurrentShardRegionState>
                ask(
                    ClusterSharding.get(system).shardState(),
                    replyTo -> new GetShardRegionState(ENTITIES, replyTo),
                    PATIENCE,
                    system.scheduler())
            .toCompletableFuture()
            .join();
    return state.getShards().stream()
        .flatMap(shard -> shard.getEntityIds().stream())
        .map(id -> ClientKey.ofEntityId(id).clientId())
        .collect(Collectors.joining(","));
  }
}
