package org.streamingcommands.connection;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorRefResolver;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.SupervisorStrategy;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamingcommands.command.CancelResult;
import org.streamingcommands.command.ClientKey;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.command.Priority;
import org.streamingcommands.command.Progress;
import org.streamingcommands.command.Receipt;

/**
 * Where a node takes in what the entities of other nodes say to its streams and to its senders. One
 * per node, at an address that its node's name gives away, for as long as the system lives. It
 * keeps nothing that it could not ask for again, so that nothing is lost with it but what is in its
 * mailbox. What stays on one node never passes through it.
 */
final class Gateway extends AbstractBehavior<Gateway.Message> {
  private static final Logger log = LoggerFactory.getLogger(Gateway.class);

  /** Its name among the system's actors; the same on every node and in every version. */
  static final String NAME = "streaming-commands-gateway";

  /** Everything that it understands. */
  sealed interface Message extends ClusterMessage {}

  /** For a stream of this node; see {@link Downlink}. */
  sealed interface ToStream extends Message {
    StreamRef stream();

    void tell(ClientSession session);
  }

  /**
   * @param takesBatches whether the entity's node understands {@link Batch}
   */
  record Attached(
      StreamRef stream, ActorRef<ClientConnection.Message> entity, long epoch, boolean takesBatches)
      implements ToStream {
    @Override
    public void tell(ClientSession session) {
      session.attached(entity, epoch, takesBatches);
    }
  }

  /**
   * @param sequence counts the deliveries since the stream was attached, from 1
   * @param answerTo see {@link Downlink#deliver}
   * @param payloadId of a payload that was told, which then is not written with the command; see
   *     {@link SharedPayloads}
   */
  record Deliver(
      StreamRef stream,
      Delivery delivery,
      long sequence,
      @Nullable ReplyTo answerTo,
      long payloadId)
      implements ToStream {
    Deliver(StreamRef stream, Delivery delivery, long sequence, @Nullable ReplyTo answerTo) {
      this(stream, delivery, sequence, answerTo, SharedPayloads.NONE);
    }

    Deliver naming(long payloadOfMany) {
      return new Deliver(stream, delivery, sequence, answerTo, payloadOfMany);
    }

    Deliver with(Any payload) {
      return new Deliver(stream, delivery.with(payload), sequence, answerTo);
    }

    @Override
    public void tell(ClientSession session) {
      session.deliver(delivery, sequence, answerTo);
    }
  }

  /**
   * What came about together on another node; see {@link NodePost}.
   *
   * @param offer the other node takes a trunk of this one in; null where it has nothing to say of
   *     that
   * @param begins the key of the other node's trunk to here on which it speaks from now on; empty
   *     where nothing changes
   */
  record Batch(List<Item> items, @Nullable TrunkOffer offer, ByteString begins) implements Message {
    Batch(List<Item> items) {
      this(items, null, ByteString.EMPTY);
    }

    static Batch offering(TrunkOffer trunk) {
      return new Batch(List.of(), trunk, ByteString.EMPTY);
    }

    static Batch beginning(ByteString trunk) {
      return new Batch(List.of(), null, trunk);
    }

    /** For the gateway itself, which knows whom it is about. */
    static final String TO_GATEWAY = "";

    /** For the entity of the client that it names; see {@link Shortcuts}. */
    static final String TO_CLIENT = "client";

    /** The same came to a node that does not have that entity. */
    static final String BACK = "back";

    /**
     * @param recipient an entity of this node, as an actor reference, or one of the above
     * @param message as {@link ClusterSerializer} writes it under this manifest
     */
    record Item(String recipient, String manifest, ByteString message) {
      private static final int AROUND = 16;

      /** In bytes, about. */
      int size() {
        return AROUND + recipient.length() + manifest.length() + message.size();
      }
    }
  }

  /** The payload of many deliveries that follow. */
  record PayloadTold(long payloadId, Any payload) implements Message {}

  record CancelFrame(StreamRef stream, String commandId) implements ToStream {
    @Override
    public void tell(ClientSession session) {
      session.cancel(commandId);
    }
  }

  record Confirmed(StreamRef stream, long results) implements ToStream {
    @Override
    public void tell(ClientSession session) {
      session.confirmed(results);
    }
  }

  record ResultsMissed(StreamRef stream, long taken) implements ToStream {
    @Override
    public void tell(ClientSession session) {
      session.resultsMissed(taken);
    }
  }

  record Farewell(StreamRef stream, Goodbye goodbye) implements ToStream {
    @Override
    public void tell(ClientSession session) {
      session.goodbye(goodbye);
    }
  }

  record Reject(StreamRef stream, Rejection rejection) implements ToStream {
    @Override
    public void tell(ClientSession session) {
      session.reject(rejection);
    }
  }

  record IntroduceAgain(StreamRef stream, int inherited) implements ToStream {
    @Override
    public void tell(ClientSession session) {
      session.introduceAgain(inherited);
    }
  }

  /**
   * An entity of another node, whose client has no stream, left so many messages to its successor.
   */
  record LegacyLeft(ClientKey client, int messages) implements Message {}

  /** For a sender of this node; see {@link Replies}. */
  sealed interface ToSender extends Message {
    void tell(Replies replies);
  }

  record ReceiptReached(ReplyTo to, Receipt receipt) implements ToSender {
    @Override
    public void tell(Replies replies) {
      replies.receipt(to, receipt);
    }
  }

  record ProgressMade(ReplyTo to, Progress progress) implements ToSender {
    @Override
    public void tell(Replies replies) {
      replies.progress(to, progress);
    }
  }

  record Ended(ReplyTo to, Outcome<Any> outcome) implements ToSender {
    @Override
    public void tell(Replies replies) {
      replies.outcome(to, outcome);
    }
  }

  record CancelAnswered(ReplyTo to, CancelResult result) implements ToSender {
    @Override
    public void tell(Replies replies) {
      replies.cancelResult(to, result);
    }
  }

  record DisconnectAnswered(ReplyTo to, boolean wasConnected) implements ToSender {
    @Override
    public void tell(Replies replies) {
      replies.disconnected(to, wasConnected);
    }
  }

  record Inspected(ReplyTo to, ClientView view) implements ToSender {
    @Override
    public void tell(Replies replies) {
      replies.inspected(to, view);
    }
  }

  /** Who is connected, as the entities of this node say? See {@link ClusterListings}. */
  record ListClients(
      ActorRef<ClientsListed> replyTo,
      @Nullable String service,
      String selector,
      String search,
      @Nullable ClientKey after,
      int limit)
      implements Message {}

  /**
   * The answer.
   *
   * @param more whether there are more after the last
   * @param takesMany whether the node understands {@link SendMany}
   */
  record ClientsListed(String node, List<ConnectedClient> clients, boolean more, boolean takesMany)
      implements ClusterMessage {}

  /**
   * One command for clients whose entities are here; see {@link NodeBatches}.
   *
   * @param payload null where it was told before, in a message without entries
   */
  record SendMany(
      String node,
      long payloadId,
      @Nullable Any payload,
      String commandId,
      Priority priority,
      String coalescingKey,
      List<Entry> entries)
      implements Message {

    /**
     * One client.
     *
     * @param after see {@link ClientConnection.Send}
     */
    record Entry(
        ClientKey client, long ticket, long after, Instant deadline, Map<String, String> headers) {}
  }

  /** That node has the client's entity; see {@link Shortcuts}. */
  record EntityHere(ClientKey client, String node) implements Message {}

  /** What was to be sent with a payload that is not there any more. */
  record PayloadUnknown(List<Long> tickets) implements Message {}

  /** Tell who comes and goes; see {@link PresenceFeeds}. */
  record Watch(ActorRef<ClusterPresence.FromNode> replyTo, long subscription) implements Message {}

  /** Tell no more. */
  record Unwatch(ActorRef<ClusterPresence.FromNode> replyTo, long subscription)
      implements Message {}

  private final LiveSessions sessions;
  private final Replies senders;
  private final ClusterListings listing;
  private final PresenceFeeds feeds;
  private final Legacies legacies;
  private final SharedSends shared;
  private final Shortcuts shortcuts;
  private final Trunks trunks;
  private final ClusterCodec codec;
  private final ActorRefResolver refs;
  private final PayloadStore<Long> payloads = new PayloadStore<>();

  /**
   * @param senders those who wait on this node
   */
  static Behavior<Message> create(
      LiveSessions sessions,
      Replies senders,
      ClusterListings listing,
      PresenceFeeds feeds,
      Legacies legacies,
      SharedSends shared,
      Shortcuts shortcuts,
      Trunks trunks) {
    Behavior<Message> gateway =
        Behaviors.setup(
            context ->
                new Gateway(
                    context, sessions, senders, listing, feeds, legacies, shared, shortcuts,
                    trunks));
    // It has no state that a failure could have spoilt, and everybody else needs it.
    return Behaviors.supervise(gateway).onFailure(SupervisorStrategy.resume());
  }

  private Gateway(
      ActorContext<Message> context,
      LiveSessions sessions,
      Replies senders,
      ClusterListings listing,
      PresenceFeeds feeds,
      Legacies legacies,
      SharedSends shared,
      Shortcuts shortcuts,
      Trunks trunks) {
    super(context);
    this.trunks = trunks;
    this.shortcuts = shortcuts;
    this.codec = new ClusterCodec(context.getSystem());
    this.refs = ActorRefResolver.get(context.getSystem());
    this.shared = shared;
    this.feeds = feeds;
    this.legacies = legacies;
    this.sessions = sessions;
    this.senders = senders;
    this.listing = listing;
  }

  @Override
  public Receive<Message> createReceive() {
    return newReceiveBuilder()
        .onMessage(Batch.class, this::onBatch)
        .onMessage(Deliver.class, this::onDeliver)
        .onMessage(ToStream.class, this::onToStream)
        .onMessage(PayloadTold.class, this::onPayloadTold)
        .onMessage(ToSender.class, this::onToSender)
        .onMessage(LegacyLeft.class, this::onLegacyLeft)
        .onMessage(ListClients.class, this::onListClients)
        .onMessage(SendMany.class, this::onSendMany)
        .onMessage(PayloadUnknown.class, this::onPayloadUnknown)
        .onMessage(EntityHere.class, this::onEntityHere)
        .onMessage(Watch.class, this::onWatch)
        .onMessage(Unwatch.class, this::onUnwatch)
        .build();
  }

  /** One that cannot be read, or not be told, costs itself only. */
  private Behavior<Message> onBatch(Batch batch) {
    TrunkOffer offer = batch.offer();
    if (offer != null) {
      trunks.accept(offer);
    }
    if (!batch.begins().isEmpty()) {
      trunks.begin(batch.begins());
    }
    for (Batch.Item item : batch.items()) {
      try {
        tell(item.recipient(), codec.unpack(item));
      } catch (Exception e) {
        log.warn("a message of another node, '{}', is lost", item.manifest(), e);
      }
    }
    return this;
  }

  private void tell(String recipient, ClusterMessage message) throws Exception {
    if (message instanceof Message ours) {
      receive(getContext(), ours);
    } else if (message instanceof ClientConnection.FromSender request) {
      if (recipient.equals(Batch.BACK)) {
        shortcuts.takeBack(request);
      } else {
        shortcuts.take(request);
      }
    } else if (message instanceof ClientConnection.FromStream fromStream) {
      refs.<ClientConnection.Message>resolveActorRef(recipient).tell(fromStream);
    }
  }

  private Behavior<Message> onDeliver(Deliver deliver) {
    if (deliver.payloadId() == SharedPayloads.NONE) {
      return onToStream(deliver);
    }
    Any payload = payloads.find(deliver.payloadId());
    if (payload != null) {
      return onToStream(deliver.with(payload));
    }
    // Lost on its way, or forgotten: the delivery is asked for again, and comes whole.
    ClientSession session = sessions.find(deliver.stream());
    if (session != null) {
      session.missed(deliver.sequence());
    }
    return this;
  }

  private Behavior<Message> onPayloadTold(PayloadTold told) {
    payloads.keep(told.payloadId(), told.payload());
    return this;
  }

  private Behavior<Message> onToStream(ToStream message) {
    ClientSession session = sessions.find(message.stream());
    if (session != null) {
      message.tell(session);
    } else if (message instanceof Attached attached) {
      // It ended while its entity took it in, most likely because its node stops.
      attached
          .entity()
          .tell(new ClientConnection.Detach(attached.stream(), false, ShardMoves.SETTLE_MILLIS));
    }
    return this;
  }

  private Behavior<Message> onToSender(ToSender message) {
    message.tell(senders);
    return this;
  }

  private Behavior<Message> onLegacyLeft(LegacyLeft left) {
    legacies.announced(left);
    return this;
  }

  private Behavior<Message> onListClients(ListClients question) {
    question.replyTo().tell(listing.answer(question));
    return this;
  }

  private Behavior<Message> onSendMany(SendMany sends) {
    shared.take(sends);
    return this;
  }

  private Behavior<Message> onPayloadUnknown(PayloadUnknown unknown) {
    shared.sendAgain(unknown);
    return this;
  }

  private Behavior<Message> onEntityHere(EntityHere here) {
    shortcuts.learn(here);
    return this;
  }

  private Behavior<Message> onWatch(Watch watch) {
    feeds.watch(watch);
    return this;
  }

  private Behavior<Message> onUnwatch(Unwatch unwatch) {
    feeds.unwatch(unwatch);
    return this;
  }
}
