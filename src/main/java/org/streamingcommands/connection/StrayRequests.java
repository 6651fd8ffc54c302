package org.streamingcommands.connection;

import org.apache.pekko.actor.AllDeadLetters;
import org.apache.pekko.actor.Dropped;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.eventstream.EventStream;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.sharding.typed.ShardingEnvelope;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.command.Reason;

/**
 * Finds requests that reached an entity just after it stopped, or that the region let go while a
 * shard moved, and routes them again; and results that reached nobody, for their stream to tell
 * again. One per node.
 */
final class StrayRequests {
  private StrayRequests() {}

  static Behavior<AllDeadLetters> create(Connections connections) {
    return Behaviors.setup(
        context -> {
          context
              .getSystem()
              .eventStream()
              .tell(new EventStream.Subscribe<>(AllDeadLetters.class, context.getSelf()));
          return Behaviors.receive(AllDeadLetters.class)
              .onMessage(
                  AllDeadLetters.class,
                  letter -> {
                    onLetter(connections, letter.message());
                    return Behaviors.same();
                  })
              .build();
        });
  }

  private static void onLetter(Connections connections, Object message) {
    if (message instanceof Dropped dropped) {
      // What a region had kept for a shard that then moved away comes wrapped twice.
      onLetter(connections, dropped.message());
    } else if (message instanceof ClientConnection.Request request) {
      onStray(connections, request);
    } else if (message instanceof ShardingEnvelope<?> envelope
        && envelope.message() instanceof ClientConnection.Request request) {
      onStray(connections, request);
    } else if (message instanceof ClientConnection.FromStream said) {
      ClientSession session = connections.sessions().find(said.stream());
      if (session != null) {
        session.strayed(said);
      }
    }
  }

  private static void onStray(Connections connections, ClientConnection.Request request) {
    if (!connections.isDraining() || connections.routesElsewhere()) {
      connections.routeThroughRegion(request);
    } else if (request instanceof ClientConnection.Send send) {
      connections
          .replies()
          .outcome(send.replyTo(), Outcome.notSent(Reason.SHUTTING_DOWN, "the node is stopping"));
    }
  }
}
