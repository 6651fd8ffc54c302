package org.streamingcommands.connection;

import org.apache.pekko.actor.DeadLetter;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.eventstream.EventStream;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.command.Reason;

/**
 * Finds requests that reached an entity just after it stopped, and routes them again: an entity
 * that was told directly may have left between the look-up and the tell. One per node.
 */
final class StrayRequests {
  private StrayRequests() {}

  static Behavior<DeadLetter> create(Connections connections) {
    return Behaviors.setup(
        context -> {
          context
              .getSystem()
              .eventStream()
              .tell(new EventStream.Subscribe<>(DeadLetter.class, context.getSelf()));
          return Behaviors.receive(DeadLetter.class)
              .onMessage(
                  DeadLetter.class,
                  letter -> {
                    if (letter.message() instanceof ClientConnection.Request request) {
                      onStray(connections, request);
                    }
                    return Behaviors.same();
                  })
              .build();
        });
  }

  private static void onStray(Connections connections, ClientConnection.Request request) {
    if (!connections.isDraining()) {
      connections.routeThroughRegion(request);
    } else if (request instanceof ClientConnection.Send send) {
      connections
          .replies()
          .outcome(send.replyTo(), Outcome.notSent(Reason.SHUTTING_DOWN, "the node is stopping"));
    }
  }
}
