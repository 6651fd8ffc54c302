package org.streamingcommands.connection;

import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.ClusterEvent;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.Subscribe;

/** Tells the engine of nodes that come and go. One per node. */
final class NodeWatch {
  private NodeWatch() {}

  static Behavior<ClusterEvent.ClusterDomainEvent> create(Connections connections) {
    return Behaviors.setup(
        context -> {
          ActorRef<ClusterEvent.ClusterDomainEvent> self = context.getSelf();
          Cluster cluster = Cluster.get(context.getSystem());
          var subscriptions = cluster.subscriptions();
          subscriptions.tell(Subscribe.create(self.narrow(), ClusterEvent.MemberEvent.class));
          subscriptions.tell(Subscribe.create(self.narrow(), ClusterEvent.ReachabilityEvent.class));
          return Behaviors.receive(ClusterEvent.ClusterDomainEvent.class)
              .onMessage(
                  ClusterEvent.MemberEvent.class,
                  event -> {
                    // A node that is out of its cluster is told that all others are: they go on.
                    if (!cluster.isTerminated()) {
                      onEvent(connections, event);
                    }
                    return Behaviors.same();
                  })
              .onMessage(
                  ClusterEvent.ReachableMember.class,
                  back -> {
                    // What was said while the way was broken is lost.
                    connections.askAgain();
                    return Behaviors.same();
                  })
              .onAnyMessage(other -> Behaviors.same())
              .build();
        });
  }

  private static void onEvent(Connections connections, ClusterEvent.MemberEvent event) {
    String node = event.member().address().hostPort();
    if (node.equals(connections.node())) {
      return;
    }
    connections.shardMoves().notAlone();
    if (event instanceof ClusterEvent.MemberDowned || event instanceof ClusterEvent.MemberRemoved) {
      connections.nodeGone(node);
    }
  }
}
