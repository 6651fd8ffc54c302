package org.streamingcommands.connection;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
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
  private final String protocol;
  private final ClusterCodec codec;
  private final FrameLimit limit;
  private final Executor internal;

  Gateways(ActorSystem<?> system, FrameLimit limit) {
    this.limit = limit;
    codec = new ClusterCodec(system);
    internal =
        system
            .dispatchers()
            .lookup(DispatcherSelector.fromConfig("pekko.actor.internal-dispatcher"));
    resolver = ActorRefResolver.get(system);
    protocol = Cluster.get(system).selfMember().address().protocol();
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
        : posts.computeIfAbsent(node, any -> new NodePost(of(node), codec, limit, internal));
  }

  /** The node is gone; one of the same name is another. */
  void forget(String node) {
    posts.remove(node);
    byNode.remove(node);
  }

  private ActorRef<Gateway.Message> resolve(String node) {
    return resolver.resolveActorRef("%s://%s/system/%s".formatted(protocol, node, Gateway.NAME));
  }
}
