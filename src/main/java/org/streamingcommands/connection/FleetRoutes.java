package org.streamingcommands.connection;

import com.google.protobuf.Any;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * How one command to many clients finds the nodes of their entities, so that its payload is written
 * once for each node. Thread-safe.
 */
final class FleetRoutes {
  private final ClusterNodes nodes;
  private final EntityRegion region;
  private final Gateways gateways;
  private final FrameLimit limit;
  private final SharedPayloads sharedPayloads;

  FleetRoutes(
      ClusterNodes nodes,
      EntityRegion region,
      Gateways gateways,
      FrameLimit limit,
      SharedPayloads sharedPayloads) {
    this.nodes = nodes;
    this.region = region;
    this.gateways = gateways;
    this.limit = limit;
    this.sharedPayloads = sharedPayloads;
  }

  /** Where the entities of these clients are, by the client's id; nothing where this node knows. */
  CompletableFuture<Map<String, String>> locate(String service, Collection<String> clientIds) {
    return region.locate(service, clientIds);
  }

  /**
   * @param entities where clients' entities are, by the client's id
   */
  NodeBatches batches(Map<String, String> entities) {
    return new NodeBatches(
        nodes.self(),
        gateways,
        limit,
        entities,
        there -> nodes.otherHosts().contains(there),
        region::route);
  }

  /** Many commands with this very payload are about to be sent from here. */
  void announce(Any payload) {
    if (nodes.hasOtherHosts()) {
      sharedPayloads.announce(payload);
    }
  }
}
