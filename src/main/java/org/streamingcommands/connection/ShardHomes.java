package org.streamingcommands.connection;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.Address;
import org.apache.pekko.cluster.sharding.ShardRegion;
import org.apache.pekko.cluster.sharding.typed.HashCodeMessageExtractor;
import org.apache.pekko.pattern.Patterns;
import org.jspecify.annotations.Nullable;
import scala.concurrent.ExecutionContext;
import scala.concurrent.duration.FiniteDuration;

/** Which node has which shard now, as the coordinator and the nodes say when they are asked. */
record ShardHomes(Map<String, String> nodes, HashCodeMessageExtractor<Object> shards) {
  private static final Duration TIMEOUT = Duration.ofSeconds(1);

  /**
   * Asks all nodes, once for all clients.
   *
   * @param ofShards the region of the entities, or the proxy of a node that has none
   * @param executor where the answer is taken; no stage of Pekko's is handed on, because its
   *     dependents may start a thread each
   * @return never completed exceptionally; of a node that does not answer, nothing is known
   */
  static CompletableFuture<ShardHomes> ask(
      ActorRef ofShards, int numberOfShards, ExecutionContext executor) {
    FiniteDuration patience = FiniteDuration.create(TIMEOUT.toMillis(), "ms");
    return PlainAnswer.of(
            Patterns.ask(
                ofShards,
                new ShardRegion.GetClusterShardingStats(patience),
                2 * TIMEOUT.toMillis()),
            executor)
        .handle(
            (answer, error) ->
                new ShardHomes(nodes(answer), new HashCodeMessageExtractor<>(numberOfShards)));
  }

  private static Map<String, String> nodes(@Nullable Object answer) {
    Map<String, String> nodes = new HashMap<>();
    if (answer instanceof ShardRegion.ClusterShardingStats cluster) {
      cluster.getRegions().forEach((node, region) -> note(node, region, nodes));
    }
    return nodes;
  }

  private static void note(
      Address node, ShardRegion.ShardRegionStats region, Map<String, String> nodes) {
    region.getStats().keySet().forEach(shard -> nodes.put(shard, node.hostPort()));
  }

  /** The nodes of the clients' entities, by the client's id, as far as they are known. */
  Map<String, String> of(String service, Collection<String> clientIds) {
    Map<String, String> entities = new HashMap<>();
    for (String clientId : clientIds) {
      String node = nodes.get(shards.shardId(service + '/' + clientId));
      if (node != null) {
        entities.put(clientId, node);
      }
    }
    return entities;
  }
}
