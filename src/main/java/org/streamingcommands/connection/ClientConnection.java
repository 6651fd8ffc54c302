package org.streamingcommands.connection;

import com.google.protobuf.Any;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.pekko.actor.Cancellable;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.Signal;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.cluster.sharding.typed.javadsl.ClusterSharding;
import org.apache.pekko.cluster.sharding.typed.javadsl.EntityTypeKey;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamingcommands.command.ClientKey;
import org.streamingcommands.command.Command;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.command.Progress;
import org.streamingcommands.command.Receipt;

/**
 * One client: the single writer of everything about it. A sharded entity, one per service and
 * client id, on any node; the stream it speaks through may be on another. It comes to life with the
 * first message about its client and stops itself a while after it has neither a stream nor
 * anything to remember. When it stops for another cause, whoever waits hears what is known.
 *
 * <p>It decides which stream is the client's connection and gives each a larger epoch than the one
 * before; what an older stream says changes nothing. What happens to the commands is {@link
 * CommandFlow}'s.
 */
final class ClientConnection extends AbstractBehavior<ClientConnection.Message> {
  static final EntityTypeKey<Message> TYPE_KEY =
      EntityTypeKey.create(Message.class, "ClientConnection");

  /** Everything that the entity understands. */
  sealed interface Message {}

  /** From senders and operators: finds its entity by the client. */
  sealed interface Request extends Message, ClusterMessage {
    ClientKey client();
  }

  /** Somebody waits for the answer. */
  sealed interface FromSender extends Request {
    ReplyTo replyTo();
  }

  /**
   * Send this; answered by steps and an outcome.
   *
   * @param after the ticket of the one before it, or what {@link SendOrder} says in its place
   * @param asksWhere whether the sender's node wants to know where the entity is
   */
  record Send(ClientKey client, Command command, ReplyTo replyTo, long after, boolean asksWhere)
      implements FromSender {
    Send askingWhere() {
      return new Send(client, command, replyTo, after, true);
    }
  }

  /** Stop that; answered by what came of it. */
  record Cancel(ClientKey client, String commandId, ReplyTo replyTo) implements FromSender {}

  /** The sender does not wait any more; where nobody else does either, the command is cancelled. */
  record Abandon(ClientKey client, String commandId, ReplyTo replyTo) implements FromSender {}

  /** End the connection; answered by whether there was one. */
  record Disconnect(ClientKey client, Goodbye goodbye, ReplyTo replyTo) implements FromSender {}

  /** Tell what you know; answered by a view. {@code commandId}: of this one only, unless empty. */
  record Inspect(ClientKey client, String commandId, ReplyTo replyTo) implements FromSender {}

  /**
   * A stream says hello; answered by {@link Downlink#attached} or a rejection.
   *
   * @param sent the commands that were given to the stream before and that have no result
   * @param again whether the stream was another entity's before: its client noticed nothing
   * @param inherited how many messages that entity left for the next one
   * @param takesBatches whether the stream's node understands {@link Gateway.Batch}
   */
  record Attach(
      StreamRef stream,
      Hello hello,
      Set<String> sent,
      boolean again,
      int inherited,
      boolean takesBatches)
      implements Request {
    /** From a stream of this node. */
    Attach(StreamRef stream, Hello hello, Set<String> sent, boolean again, int inherited) {
      this(stream, hello, sent, again, inherited, true);
    }

    @Override
    public ClientKey client() {
      return hello.client();
    }
  }

  /**
   * Said from time to time by a stream that believes to be the connection.
   *
   * @param arrived see {@link RemoteDownlink#stillThere}
   * @param results how many results it told since it was attached
   */
  record StillAttached(
      ClientKey client, StreamRef stream, long epoch, Instant lastHeard, long arrived, long results)
      implements Request {}

  /**
   * A command that was not ended where the entity was before.
   *
   * @param abandoned those of {@code waiting} who do not want it any more
   * @param reached null where it waited for room in the queue
   */
  record Inherit(
      ClientKey client,
      Command command,
      List<ReplyTo> waiting,
      List<ReplyTo> abandoned,
      List<ReplyTo> cancelWaiting,
      @Nullable Receipt reached,
      String sentToInstance,
      boolean cancelRequested,
      boolean redelivered)
      implements Request {}

  /**
   * How the last commands ended where the entity was before.
   *
   * @param latest where it stood with the sends of each node; only in the first of several
   */
  record InheritEnded(
      ClientKey client, List<RecentOutcomes.Known> commands, List<SendSequence.Latest> latest)
      implements Request {}

  /** From a stream; means something while it is the connection. */
  sealed interface FromStream extends Message, ClusterMessage {
    StreamRef stream();
  }

  /** The stream takes so many more. */
  record Credits(StreamRef stream, int credits) implements FromStream {}

  /** The same from another node: the transport took the deliveries up to this one. */
  record Taken(StreamRef stream, long deliveries) implements FromStream {}

  /**
   * A command was not written over there.
   *
   * @param expired because its deadline had passed; else it could not be encoded
   */
  record NotWritten(StreamRef stream, String commandId, String message, boolean expired)
      implements FromStream {}

  /** Of the deliveries, only those up to this one came in turn. */
  record DeliveriesMissed(StreamRef stream, long arrived) implements FromStream {}

  /** The client has these. */
  record Received(StreamRef stream, List<String> commandIds) implements FromStream {}

  /** A command goes on. */
  record Progressed(StreamRef stream, String commandId, Progress progress) implements FromStream {}

  /**
   * A command ended.
   *
   * @param sequence counts the results that the stream told an entity of another node since it was
   *     attached, from 1; 0: from this node, or from one of an older version; {@link #UNCOUNTED}:
   *     of before that
   * @param answered whether the sender was told that {@link Downlink#deliver} named
   */
  record Resulted(
      StreamRef stream, String commandId, Outcome<Any> outcome, long sequence, boolean answered)
      implements FromStream {
    static final long UNCOUNTED = -1;

    Resulted(StreamRef stream, String commandId, Outcome<Any> outcome, long sequence) {
      this(stream, commandId, outcome, sequence, false);
    }
  }

  /**
   * The stream ended.
   *
   * @param leaving the client said so itself
   * @param returnsWithinMillis how long commands shall wait for a client that its node sent
   *     elsewhere; 0: the client is gone
   */
  record Detach(StreamRef stream, boolean leaving, long returnsWithinMillis) implements FromStream {
    Detach(StreamRef stream, boolean leaving) {
      this(stream, leaving, 0);
    }
  }

  /** What the region says when the entity has to go. */
  enum Stop implements Message {
    INSTANCE
  }

  private enum Due implements Message {
    INSTANCE
  }

  private enum WordCheck implements Message {
    INSTANCE
  }

  private enum IdleCheck implements Message {
    INSTANCE
  }

  private static final Logger log = LoggerFactory.getLogger(ClientConnection.class);

  /** The scheduler refuses a timer of some months; one that fires early finds the next. */
  private static final long LONGEST_TIMER_MILLIS = Duration.ofDays(1).toMillis();

  /** How often a stream of another node may not say that it is still there. */
  private static final int WORDS_MISSED = 3;

  /** A node may be slow for a moment. */
  private static final Duration SHORTEST_WORD_CHECK = Duration.ofSeconds(5);

  private ClientKey client;
  private final Connections connections;
  private final ServiceSettings settings;
  private final ActorRef<ClusterSharding.ShardCommand> shard;
  private final LocalEntities.Entry entry;
  private final CommandFlow flow;

  // Timers of its own: a TimerScheduler keeps, with the actor's logger, half a kilobyte for each.
  private @Nullable Cancellable dueTimer;
  private @Nullable Cancellable wordTimer;
  private @Nullable Cancellable idleTimer;

  /** The connection that counts. */
  private @Nullable Attachment attachment;

  private long largestEpoch;
  private long dueTimerMillis = Long.MAX_VALUE;
  private int handedOver;

  static Behavior<Message> create(
      String entityId, Connections connections, ActorRef<ClusterSharding.ShardCommand> shard) {
    return Behaviors.setup(context -> new ClientConnection(context, entityId, connections, shard));
  }

  private ClientConnection(
      ActorContext<Message> context,
      String entityId,
      Connections connections,
      ActorRef<ClusterSharding.ShardCommand> shard) {
    super(context);
    this.client = ClientKey.ofEntityId(entityId);
    this.connections = connections;
    this.settings = connections.settingsOf(client.service());
    this.shard = shard;
    this.flow =
        new CommandFlow(
            settings, connections.replies(), connections.counters(), connections.clock());
    // The parent, because the shard that typed entities are given is one and the same for all.
    flow.holdUntil(connections.shardMoves().settlesAtMillis(Adapter.toClassic(context).parent()));
    flow.awaitLegacy(connections.legacies().take(client));
    this.entry = connections.entities().add(client, context.getSelf());
    scheduleIdleCheck();
  }

  @Override
  public Receive<Message> createReceive() {
    return new Receive<>() {
      @Override
      public Behavior<Message> receiveMessage(Message message) {
        return onMessage(message);
      }

      @Override
      public Behavior<Message> receiveSignal(Signal signal) {
        return signal instanceof PostStop ? onPostStop() : Behaviors.unhandled();
      }
    };
  }

  /**
   * By hand, the frequent first: a builder's table is half a kilobyte for each client. What follows
   * is the same behavior, never this one by name: sharding wraps it, and would wrap it anew.
   */
  private Behavior<Message> onMessage(Message message) {
    if (message instanceof Send send) {
      return onSend(send);
    }
    if (message instanceof FromStream fromStream) {
      return onFromStream(fromStream);
    }
    if (message instanceof Request request) {
      return onRequest(request);
    }
    if (message == Due.INSTANCE) {
      return onDue();
    }
    if (message == WordCheck.INSTANCE) {
      return onWordCheck();
    }
    if (message == IdleCheck.INSTANCE) {
      return onIdleCheck();
    }
    return message == Stop.INSTANCE ? onStop() : Behaviors.unhandled();
  }

  private Behavior<Message> onRequest(Request request) {
    if (request instanceof Attach attach) {
      return onAttach(attach);
    }
    if (request instanceof StillAttached still) {
      return onStillAttached(still);
    }
    if (request instanceof Cancel cancel) {
      return onCancel(cancel);
    }
    if (request instanceof Abandon abandon) {
      return onAbandon(abandon);
    }
    if (request instanceof Disconnect disconnect) {
      return onDisconnect(disconnect);
    }
    if (request instanceof Inherit inherited) {
      return onInherit(inherited);
    }
    if (request instanceof InheritEnded inherited) {
      return onInheritEnded(inherited);
    }
    return request instanceof Inspect inspect ? onInspect(inspect) : Behaviors.unhandled();
  }

  private Behavior<Message> onSend(Send send) {
    if (log.isDebugEnabled()) {
      log.debug(
          "{} is sent {} {}", client, send.command().id(), send.command().payload().getTypeUrl());
    }
    if (send.asksWhere()) {
      connections.shortcuts().tellWhere(send);
    }
    // A drain that looks between the client has it and the turn's end must not find it idle.
    entry.expect();
    flow.send(send);
    return settle();
  }

  private Behavior<Message> onCancel(Cancel cancel) {
    flow.cancel(cancel.commandId(), cancel.replyTo());
    return settle();
  }

  private Behavior<Message> onAbandon(Abandon abandon) {
    flow.abandon(abandon.commandId(), abandon.replyTo());
    return settle();
  }

  private Behavior<Message> onFromStream(FromStream message) {
    if (attachment == null || !attachment.isOf(message.stream())) {
      connections.counters().fenced.increment();
      if (message instanceof Resulted resulted && resulted.answered()) {
        // Too late to count for the stream, but a sender has heard it: whoever asks shall hear the
        // same.
        flow.answered(resulted.commandId(), resulted.outcome());
        return settle();
      }
      return Behaviors.same();
    }
    if (message instanceof Resulted resulted) {
      if (log.isDebugEnabled()) {
        log.debug(
            "{} answers {}: {}",
            client,
            resulted.commandId(),
            resulted.outcome().getClass().getSimpleName());
      }
      if (!flow.result(resulted)) {
        attachment.downlink().resultsMissed(flow.resultsTaken());
      }
    } else if (message instanceof Received received) {
      received.commandIds().forEach(flow::received);
    } else if (message instanceof Credits credits) {
      flow.credits(credits.credits());
    } else if (message instanceof Progressed progressed) {
      flow.progressed(progressed.commandId(), progressed.progress());
    } else if (message instanceof Taken taken) {
      if (attachment.downlink() instanceof RemoteDownlink remote) {
        flow.credits(remote.taken(taken.deliveries()));
      }
    } else if (message instanceof NotWritten notWritten) {
      flow.notWritten(notWritten.commandId(), notWritten.message(), notWritten.expired());
    } else if (message instanceof DeliveriesMissed missed) {
      if (attachment.downlink() instanceof RemoteDownlink remote) {
        flow.resent(remote.resend(missed.arrived()));
      }
    } else if (message instanceof Detach detach) {
      onDetach(detach.leaving(), detach.returnsWithinMillis());
    }
    return settle();
  }

  private Behavior<Message> onAttach(Attach attach) {
    StreamRef stream = attach.stream();
    Downlink downlink = connections.downlink(stream, attach.takesBatches());
    boolean isKnown = attachment != null && attachment.isOf(stream);
    if (attachment != null && isKnown && !attach.again()) {
      // The stream did not hear that it was taken in, and asked again.
      downlink.attached(getContext().getSelf(), attachment.epoch());
      return Behaviors.same();
    }
    if (downlink instanceof GoneDownlink) {
      // It ended on its way here; it must not take a live connection's place.
      return Behaviors.same();
    }
    long now = connections.clock().millis();
    Rejection rejection =
        isKnown
            ? null
            : Attachment.rejection(attachment, attach.hello(), settings.secondConnection(), now);
    if (rejection != null) {
      connections.counters().rejected.increment();
      downlink.reject(rejection);
      return Behaviors.same();
    }
    // What was on its way to a stream that did not hear that it was taken in.
    Set<String> underway = Set.of();
    if (attachment != null && isKnown) {
      if (attachment.downlink() instanceof RemoteDownlink remote) {
        underway = remote.underway();
      }
    } else if (attachment != null) {
      connections.counters().replaced.increment();
      attachment.downlink().goodbye(attachment.replacedBy(attach.hello()));
    }
    largestEpoch = Attachment.nextEpoch(largestEpoch, attach.hello(), now);
    client = attach.client();
    attachment = new Attachment(stream, downlink, attach.hello().instanceId(), largestEpoch);
    connections.counters().attached.increment();
    log.debug("{} attached as {} epoch {}", client, stream.sessionId(), largestEpoch);
    flow.attach(downlink, attach);
    connections.entities().connected(entry, attach.hello(), stream, largestEpoch, downlink);
    downlink.attached(getContext().getSelf(), largestEpoch);
    flow.resume(attach, underway);
    stop(wordTimer);
    if (downlink instanceof RemoteDownlink) {
      wordTimer = later(wordCheckInterval(), WordCheck.INSTANCE);
    }
    return settle();
  }

  private Duration wordCheckInterval() {
    Duration words = connections.settings().reattachInterval().multipliedBy(WORDS_MISSED);
    return words.compareTo(SHORTEST_WORD_CHECK) < 0 ? SHORTEST_WORD_CHECK : words;
  }

  private Behavior<Message> onStillAttached(StillAttached still) {
    flow.forget();
    if (attachment != null && attachment.isOf(still.stream())) {
      if (attachment.downlink() instanceof RemoteDownlink remote) {
        flow.credits(remote.stillThere(still.arrived(), still.lastHeard().toEpochMilli()));
        flow.resent(remote.resendLost(still.arrived()));
        if (still.results() > flow.resultsTaken()) {
          remote.resultsMissed(flow.resultsTaken());
        }
      }
      return settle();
    }
    // A last word to a stream that is not the connection: it has nothing to go together with.
    Downlink downlink = connections.downlink(still.stream(), false);
    if (attachment == null || attachment.epoch() < still.epoch()) {
      downlink.introduceAgain(0);
    } else {
      connections.counters().fenced.increment();
      downlink.goodbye(Goodbye.of(Goodbye.Cause.REPLACED, "a newer connection is in place"));
    }
    return Behaviors.same();
  }

  private Behavior<Message> onDisconnect(Disconnect disconnect) {
    Attachment ending = attachment;
    if (ending != null) {
      ending.downlink().goodbye(disconnect.goodbye());
      onDetach(false, 0);
    }
    connections.replies().disconnected(disconnect.replyTo(), ending != null);
    return settle();
  }

  private void onDetach(boolean leaving, long awaitedMillis) {
    attachment = null;
    stop(wordTimer);
    connections.counters().detached.increment();
    connections.entities().disconnected(entry);
    if (leaving) {
      flow.leave("the client left");
    } else {
      flow.detach(awaitedMillis);
    }
    scheduleIdleCheck();
  }

  private Behavior<Message> onInspect(Inspect inspect) {
    connections
        .replies()
        .inspected(inspect.replyTo(), flow.view(entry.describe(), inspect.commandId()));
    return Behaviors.same();
  }

  private Behavior<Message> onInherit(Inherit inherited) {
    connections.counters().inherited.increment();
    flow.inherit(PendingCommand.of(inherited));
    return settle();
  }

  private Behavior<Message> onInheritEnded(InheritEnded inherited) {
    flow.inheritEnded(inherited.commands(), inherited.latest());
    return settle();
  }

  /** The shard moves: what is known of commands goes to the next entity, ahead of the stream. */
  private Behavior<Message> onStop() {
    // Out of the index first: from here on, senders go through the region.
    connections.entities().remove(entry);
    if (connections.nodes().hasOtherHosts()) {
      // How commands ended first: one that is asked for again must not run again.
      List<Request> legacy =
          new ArrayList<>(
              Legacy.ended(client, flow.recent(), flow.latestSends(), connections.limit()));
      List<PendingCommand> unfinished = flow.handOver(connections.limit());
      connections.counters().handedOver.add(unfinished.size());
      unfinished.forEach(command -> legacy.add(command.toInherit(client)));
      if (attachment == null && !legacy.isEmpty()) {
        connections.legacies().announce(client, legacy.size());
      }
      legacy.forEach(connections::routeThroughRegion);
      handedOver = legacy.size();
      flow.giveUpEarly().forEach(connections::routeThroughRegion);
    }
    return Behaviors.stopped();
  }

  /** The word that a stream of another node ended may be lost. One that lives introduces itself. */
  private Behavior<Message> onWordCheck() {
    if (attachment != null && attachment.downlink() instanceof RemoteDownlink remote) {
      if (!remote.hasSpoken()) {
        onDetach(false, ShardMoves.SETTLE_MILLIS);
        return settle();
      }
      wordTimer = later(wordCheckInterval(), WordCheck.INSTANCE);
    }
    return Behaviors.same();
  }

  private Behavior<Message> onDue() {
    dueTimerMillis = Long.MAX_VALUE;
    flow.expire();
    return settle();
  }

  private Behavior<Message> onIdleCheck() {
    if (attachment == null) {
      if (flow.isIdle()) {
        // Out of the index first: from here on, senders go through the shard, which keeps what
        // arrives while this one stops.
        connections.entities().remove(entry);
        shard.tell(new ClusterSharding.Passivate<>(getContext().getSelf()));
        return stopping();
      }
      scheduleIdleCheck();
    }
    return Behaviors.same();
  }

  /**
   * Between its wish to stop and the stop. Who found it in the index before it left is sent on to
   * the next one: a stream or a command that it took now, it would lose.
   */
  private Behavior<Message> stopping() {
    return newReceiveBuilder()
        .onMessage(Request.class, this::onRequestTooLate)
        .onMessageEquals(Stop.INSTANCE, Behaviors::stopped)
        .onAnyMessage(message -> Behaviors.same())
        .onSignal(PostStop.class, signal -> onPostStop())
        .build();
  }

  private Behavior<Message> onRequestTooLate(Request request) {
    connections.routeThroughRegion(request);
    return Behaviors.same();
  }

  private Behavior<Message> onPostStop() {
    connections.entities().remove(entry);
    stop(dueTimer);
    stop(wordTimer);
    stop(idleTimer);
    flow.stop();
    if (attachment != null) {
      attachment.downlink().introduceAgain(handedOver);
    }
    return Behaviors.same();
  }

  /** After every change: what is due next, and what a listing shows. */
  private Behavior<Message> settle() {
    entry.load(flow.queued(), flow.inFlight(), flow.remembers());
    long due = flow.earliestMillis();
    // One timer for the earliest; a later one is found when that fires.
    if (due < dueTimerMillis) {
      dueTimerMillis = due;
      long delay = Math.max(1, Math.min(LONGEST_TIMER_MILLIS, due - connections.clock().millis()));
      stop(dueTimer);
      dueTimer = later(Duration.ofMillis(delay), Due.INSTANCE);
    }
    return Behaviors.same();
  }

  private void scheduleIdleCheck() {
    stop(idleTimer);
    idleTimer = later(connections.settings().idleStop(), IdleCheck.INSTANCE);
  }

  private Cancellable later(Duration delay, Message message) {
    return getContext().scheduleOnce(delay, getContext().getSelf(), message);
  }

  private static void stop(@Nullable Cancellable timer) {
    if (timer != null) {
      timer.cancel();
    }
  }
}
