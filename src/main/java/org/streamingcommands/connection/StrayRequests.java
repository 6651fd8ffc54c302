package org.streamingcommands.connection;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.DeadLetter;
import org.apache.pekko.actor.Dropped;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.eventstream.EventStream;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.apache.pekko.cluster.sharding.typed.ShardingEnvelope;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.command.Reason;

/**
 * Finds requests that reached an entity just after it stopped, or that the region let go while a
 * shard moved, and routes them again; and results that reached nobody, for their stream to tell
 * again. One per node.
 *
 * <p>What found the queue to another node full, or the region's own, would find it full again: it
 * rests first. A node that was lost can have such a queue for as long as its cluster waits before
 * it is taken out.
 */
final class StrayRequests extends AbstractBehavior<Object> {
  private static final Duration REST = Duration.ofMillis(100);

  private static final String RESTED = "rested";

  private final Connections connections;
  private final ActorRef deadLetters;
  private final TimerScheduler<Object> timers;
  private final List<ClientConnection.Request> resting = new ArrayList<>();

  static Behavior<Object> create(Connections connections) {
    return Behaviors.setup(
        context -> Behaviors.withTimers(timers -> new StrayRequests(context, timers, connections)));
  }

  private StrayRequests(
      ActorContext<Object> context, TimerScheduler<Object> timers, Connections connections) {
    super(context);
    this.connections = connections;
    this.deadLetters = Adapter.toClassic(context.getSystem()).deadLetters();
    this.timers = timers;
    // Not Dropped as well: what a full queue to another node turns down is told of as both.
    context
        .getSystem()
        .eventStream()
        .tell(new EventStream.Subscribe<>(DeadLetter.class, context.getSelf().narrow()));
  }

  @Override
  public Receive<Object> createReceive() {
    return newReceiveBuilder()
        .onMessage(DeadLetter.class, this::onLetter)
        .onMessageEquals(RESTED, this::onRested)
        .build();
  }

  private Behavior<Object> onLetter(DeadLetter letter) {
    Object message = letter.message();
    if (message instanceof Dropped dropped) {
      // What a region had kept comes wrapped twice.
      message = dropped.message();
    }
    if (message instanceof ShardingEnvelope<?> envelope) {
      message = envelope.message();
    }
    if (message instanceof ClientConnection.Request request) {
      if (foundFull(letter)) {
        rest(request);
      } else {
        route(request);
      }
    } else if (message instanceof ClientConnection.FromStream said) {
      ClientSession session = connections.sessions().find(said.stream());
      if (session != null) {
        session.strayed(said);
      }
    }
    return this;
  }

  private boolean foundFull(DeadLetter letter) {
    if (letter.message() instanceof Dropped dropped) {
      // Of what it kept for a shard that moved a region says nobody was to get it.
      return dropped.recipient() != null;
    }
    ActorRef recipient = letter.recipient();
    return recipient.path().address().hasGlobalScope() || recipient.equals(deadLetters);
  }

  private void rest(ClientConnection.Request request) {
    if (isRepeated(request)) {
      return;
    }
    if (resting.isEmpty()) {
      timers.startSingleTimer(RESTED, REST);
    }
    resting.add(request);
  }

  /** Streams say so again and again until they are heard. */
  private static boolean isRepeated(ClientConnection.Request request) {
    return request instanceof ClientConnection.Attach
        || request instanceof ClientConnection.StillAttached;
  }

  private Behavior<Object> onRested() {
    List<ClientConnection.Request> rested = List.copyOf(resting);
    resting.clear();
    for (ClientConnection.Request request : rested) {
      if (!(request instanceof ClientConnection.FromSender sent)
          || connections.sends().mayWait(sent.replyTo())) {
        route(request);
      }
    }
    return this;
  }

  private void route(ClientConnection.Request request) {
    if (!connections.isDraining() || connections.routesElsewhere()) {
      connections.routeThroughRegion(request);
    } else if (request instanceof ClientConnection.Send send) {
      connections
          .replies()
          .outcome(send.replyTo(), Outcome.notSent(Reason.SHUTTING_DOWN, "the node is stopping"));
    }
  }
}
