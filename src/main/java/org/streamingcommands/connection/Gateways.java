package org.streamingcommands.connection;

import java.util.Collection;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import org.apache.pekko.actor.Address;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorRefResolver;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.cluster.typed.Cluster;

/** Finds the {@link Gateway} of a node by the node's name. Thread-safe. */
final class Gateways {
  private final ConcurrentHashMap<String, ActorRef<Gateway.Message>> byNode =
      new ConcurrentHashMap<>();
  private final ConcurrentHashMap<String, NodePost> posts = new ConcurrentHashMap<>();
  private final ActorRefResolver resolver;
  private final String self;
  private final String protocol;
  private final ClusterCodec codec;
  private final FrameLimit limit;
  private final Executor internal;
  private final Trunks trunks;

  Gateways(ActorSystem<?> system, FrameLimit limit, Trunks trunks) {
    this.limit = limit;
    this.trunks = trunks;
    codec = new ClusterCodec(system);
    internal =
        system
            .dispatchers()
            .lookup(DispatcherSelector.fromConfig("pekko.actor.internal-dispatcher"));
    resolver = ActorRefResolver.get(system);
    Address address = Cluster.get(system).selfMember().address();
    self = address.hostPort();
    protocol = address.protocol();
  }

  /** It may be gone; what it is told then is lost. */
  ActorRef<Gateway.Message> of(String node) {
    ActorRef<Gateway.Message> known = byNode.get(node);
    return known != null ? known : byNode.computeIfAbsent(node, this::resolve);
  }

  /** For a node that takes {@link Gateway.Batch}. */
  NodePost post(String node) {
    NodePost known = posts.get(node);
    return known != null
        ? known
        : posts.computeIfAbsent(
            node, any -> new NodePost(node, of(node), trunks, codec, limit, internal));
  }

  /** Wherever it goes: a node that has a trunk takes {@link Gateway.Batch}. */
  void tell(String node, Gateway.Message message) {
    if (trunks.to(node) == null) {
      of(node).tell(message);
    } else {
      post(node).tell(message);
    }
  }

  /**
   * Tells those that may have something to say to this node where they may: all hosts, and whoever
   * else was told something.
   */
  void offerTrunks(Collection<String> hosts) {
    hosts.forEach(this::offerTrunk);
    byNode.keySet().forEach(this::offerTrunk);
  }

  private void offerTrunk(String node) {
    // Listings ask this one's gateway as they ask all.
    TrunkOffer offer = node.equals(self) ? null : trunks.offerTo(node);
    if (offer != null) {
      of(node).tell(Gateway.Batch.offering(offer));
    }
  }

  /** The node is gone; one of the same name is another. */
  void forget(String node) {
    trunks.forget(node);
    posts.remove(node);
    byNode.remove(node);
  }

  private ActorRef<Gateway.Message> resolve(String node) {
    return resolver.resolveActorRef("%s://%s/system/%s".formatted(protocol, node, Gateway.NAME));
  }
}
