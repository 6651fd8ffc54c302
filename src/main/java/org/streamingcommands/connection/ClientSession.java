package org.streamingcommands.connection;

import com.google.protobuf.Any;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.apache.pekko.actor.typed.ActorRef;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamingcommands.command.ClientKey;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.command.Progress;
import org.streamingcommands.command.ServiceAccess;

/**
 * The node's side of one live stream: what both kinds of stream have in common. It holds the order
 * of the conversation (hello first, once), finds the client's entity, carries frames both ways, and
 * notices when the client falls silent. A stream reports what it hears on one thread at a time; the
 * entity calls from its own, and the heartbeat from the transport's, or from its own where that has
 * none.
 */
public final class ClientSession implements Downlink {
  private static final Logger log = LoggerFactory.getLogger(ClientSession.class);
  private static final long UNCOUNTED = ClientConnection.Resulted.UNCOUNTED;

  /** How far the conversation is. */
  enum State {
    AWAITING_HELLO,
    ATTACHING,
    ATTACHED,
    ENDED
  }

  private final Connections connections;
  private final StreamRef ref;
  private final ClientStream stream;
  private final StreamClock clock;
  private int duePlace;

  private volatile State state = State.AWAITING_HELLO;
  private volatile @Nullable Hello hello;
  private volatile ServiceSettings settings;
  private ServiceObserver observer = ServiceObserver.NONE;
  private volatile Instant connectedSince = Instant.EPOCH;

  private volatile @Nullable EntityLine entity;

  /** There since the entity was on another node or moved, which most never do. */
  private volatile @Nullable DistantEntity distant;

  private volatile long epoch;

  /** Results that the client sent here. */
  private long resultsHeard;

  private volatile long resultsConfirmed;

  ClientSession(Connections connections, StreamRef ref, ClientStream stream) {
    this.connections = connections;
    this.ref = ref;
    this.stream = stream;
    this.settings = connections.settings().defaults();
    this.clock = new StreamClock(settings.helloTimeout());
  }

  public String sessionId() {
    return ref.sessionId();
  }

  @Override
  public String toString() {
    return sessionId();
  }

  /** The client, once it said hello. */
  public @Nullable ClientKey client() {
    Hello said = hello;
    return said == null ? null : said.client();
  }

  /** The service's settings; the defaults before the hello. */
  public ServiceSettings settings() {
    return settings;
  }

  State state() {
    return state;
  }

  StreamClock clock() {
    return clock;
  }

  /** Where {@link LiveSessions} keeps when it is to be looked at. Said once, at the beginning. */
  void isDueAt(int place) {
    duePlace = place;
  }

  int duePlace() {
    return duePlace;
  }

  boolean hasEntity() {
    return entity != null;
  }

  /** Whether the client has commands that have not ended. */
  boolean isBusy() {
    ClientKey client = client();
    if (client == null || state != State.ATTACHED) {
      return false;
    }
    synchronized (this) {
      DistantEntity far = distant;
      if (far != null && far.isTracked()) {
        return !far.isSettled();
      }
    }
    return connections.entities().isBusy(client);
  }

  /** Whether the stream is, or may become, a connection. */
  public boolean isOpen() {
    return state != State.ENDED;
  }

  // ---- what the stream hears ----------------------------------------------------------------

  /** The client introduced itself, and who it is was asked before. */
  public void hello(Hello said) {
    hello(said, access -> null);
  }

  /**
   * The client introduced itself.
   *
   * @param refusal why it may not be who it says, by what the code of the service that takes it in
   *     asks for; null where it may. Called at most once, at once.
   */
  public void hello(Hello said, Function<ServiceAccess, @Nullable Rejection> refusal) {
    clock.heard();
    synchronized (this) {
      if (state == State.ENDED) {
        return;
      }
      // Looked up once: another of that name may come in between, and ask for something else.
      ServiceCatalog.Entry entry = connections.services().find(said.client().service());
      Rejection refused =
          refusal.apply(entry == null ? ServiceAccess.AS_CONFIGURED : entry.access());
      if (refused != null) {
        refuse(refused);
        return;
      }
      if (state != State.AWAITING_HELLO) {
        invalid("hello: was said before");
        return;
      }
      LastWord turnedAway = connections.reception().enter(said, entry);
      if (turnedAway instanceof Goodbye goodbye) {
        goodbye(goodbye);
        return;
      }
      if (turnedAway instanceof Rejection rejection) {
        refuse(rejection);
        return;
      }
      hello = said;
      settings = entry.settings();
      observer = entry.observer();
      state = State.ATTACHING;
    }
    attach(said);
  }

  /** The client has these commands. */
  public void received(List<String> commandIds) {
    DistantEntity far = distant;
    if (far != null && far.isTracked()) {
      synchronized (this) {
        far.received(commandIds);
      }
    }
    tell(new ClientConnection.Received(ref, List.copyOf(commandIds)));
  }

  /** A command goes on. */
  public void progress(String commandId, Progress progress) {
    Progress fitting = isEntityRemote() ? connections.limit().fit(progress) : progress;
    tell(new ClientConnection.Progressed(ref, commandId, fitting));
  }

  /** A command ended. */
  public void result(String commandId, Outcome<Any> outcome) {
    Outcome<Any> fitting = isEntityRemote() ? connections.limit().fit(outcome) : outcome;
    EntityLine to = entity;
    // Within a node none is lost, and none needs a number.
    long sequence = 0;
    ReplyTo answerTo = null;
    DistantEntity far = distant;
    if (far != null && far.isTracked()) {
      synchronized (this) {
        // Whose count it is, and with it what is kept of it, must not change in between.
        to = entity;
        sequence = ++resultsHeard - far.resultsBefore();
        answerTo = far.result(commandId, fitting);
      }
    } else {
      resultsHeard++;
    }
    if (to == null) {
      untold(commandId, fitting);
      return;
    }
    clock.heard();
    if (answerTo != null) {
      // The sender first: it waits, and the entity only takes note.
      connections.replies().outcome(answerTo, fitting);
    }
    to.tell(new ClientConnection.Resulted(ref, commandId, fitting, sequence, answerTo != null));
  }

  /** There is no entity at present. */
  private void untold(String commandId, Outcome<Any> outcome) {
    synchronized (this) {
      DistantEntity far = distant;
      if (entity == null && far != null) {
        // It lost its entity just now, and keeps the result from now on.
        far.late(commandId, outcome);
      }
    }
    tell(new ClientConnection.Resulted(ref, commandId, outcome, UNCOUNTED));
  }

  /** The client lives, and answered a ping. */
  public void pong() {
    if (state == State.AWAITING_HELLO || state == State.ATTACHING) {
      invalid("frame: nothing may be sent between hello and welcome");
    }
    clock.heard();
  }

  /**
   * An application message.
   *
   * @param taken called once the next inbound message may be read
   */
  public void event(Any payload, Runnable taken) {
    event((client, read) -> observer.event(client, payload, read), taken);
  }

  /**
   * An application message that the stream hands over itself, because it is no Any.
   *
   * @param handOver is given the client, and what to call once there is room for the next
   * @param taken called once the next inbound message may be read
   */
  public void event(BiConsumer<ClientKey, Runnable> handOver, Runnable taken) {
    clock.heard();
    ClientKey client = client();
    if (state != State.ATTACHED || client == null) {
      invalid("event: hello must come first");
      return;
    }
    // While a slow handler holds the stream back, silence is ours and not the client's.
    handOver.accept(client, clock.holdBack(taken));
  }

  /**
   * The client sends faster than it may, and is not read for so long; its silence is ours then.
   *
   * @param taken called once the next inbound message may be read
   */
  public void holdBack(Duration pause, Runnable taken) {
    connections.counters().heldBack.increment();
    Runnable goOn = clock.holdBack(taken);
    connections.later(
        pause,
        () -> {
          // Once it ended, its transport may be gone, and would refuse.
          if (isOpen()) {
            goOn.run();
          }
        });
  }

  /**
   * The transport takes so many more. No sign of life: the buffers on this side of a dead peer take
   * bytes too, until they are full. A client that gets a command says so.
   */
  public void credits(int credits) {
    DistantEntity far = distant;
    if (far != null && far.isFeeding()) {
      synchronized (this) {
        if (!far.isFeedEmptied(credits)) {
          return;
        }
      }
    }
    EntityLine to = entity;
    if (to != null) {
      to.tell(new ClientConnection.Credits(ref, credits));
    }
  }

  /**
   * What the client showed of itself holds until then; later it is told so, and its stream ends.
   */
  public void validUntil(@Nullable Instant end) {
    clock.validUntil(end);
    connections.sessions().hurry(this);
  }

  /**
   * The hello may take no longer than this, if that is less than anybody's may; zero: it is not.
   */
  public void helloWithin(Duration timeout) {
    clock.helloWithin(timeout);
  }

  /** Writes a frame of the stream's own, in turn with the engine's; not once it has ended. */
  public void answer(Runnable write) {
    clock.heard();
    flush(write);
  }

  /** Writes what the stream held back of what the engine gave it; not once it has ended. */
  public synchronized void flush(Runnable write) {
    if (state == State.ATTACHED) {
      write.run();
    }
  }

  /** The stream ends with this, and nothing else does. */
  public void refuse(Rejection rejection) {
    connections.counters().rejected.increment();
    log.debug("{} {} rejected: {}", client(), ref.sessionId(), rejection.message());
    reject(rejection);
  }

  /** What the client sent breaks the protocol; its stream ends, and nothing else. */
  public void invalid(String message) {
    refuse(new Rejection(Rejection.Kind.INVALID, message));
  }

  /**
   * The transport ended the stream.
   *
   * @param leaving the client ended it in order, so that it will not resume
   */
  public void closed(boolean leaving, String why) {
    end(leaving, why);
  }

  private void tell(ClientConnection.FromStream message) {
    clock.heard();
    EntityLine to = entity;
    if (to == null) {
      // On its way from one entity to the next, the stream keeps what counts in its ledger.
      if (state != State.ENDED && state != State.ATTACHED) {
        invalid("frame: hello must come first, and nothing between it and the welcome");
      }
      return;
    }
    to.tellAndRun(message);
  }

  // ---- what the entity says -----------------------------------------------------------------

  @Override
  public void attached(ActorRef<ClientConnection.Message> newEntity, long newEpoch) {
    attached(EntityLine.to(newEntity), newEpoch);
  }

  /** By an entity on another node, which may take what it is told together with others. */
  void attached(ActorRef<ClientConnection.Message> newEntity, long newEpoch, boolean takesBatches) {
    attached(connections.line(newEntity, takesBatches), newEpoch);
  }

  private void attached(EntityLine newEntity, long newEpoch) {
    synchronized (this) {
      if (state == State.ENDED) {
        // It went while the entity took it in.
        newEntity.tell(new ClientConnection.Detach(ref, false));
        return;
      }
      if (state == State.ATTACHED && epoch == newEpoch && newEntity.equals(entity)) {
        // Said twice, because it was asked for twice; nothing begins anew.
        return;
      }
      entity = newEntity;
      DistantEntity far = newEntity.isRemote() ? distant() : distant;
      if (far != null) {
        far.attached(newEntity);
        if (far.isMoving()) {
          connections.presence().found(describe());
        }
        far.settle(newEntity, resultsHeard);
      }
      boolean again = state == State.ATTACHED;
      epoch = newEpoch;
      if (again) {
        return;
      }
      state = State.ATTACHED;
      connectedSince = Instant.now();
      // Told first: a client may speak as soon as it is welcome.
      observer.connected(describe());
      stream.welcome(new Welcome(ref.sessionId(), newEpoch));
    }
    log.atInfo()
        .addKeyValue("event", "connected")
        .addKeyValue("client", client())
        .addKeyValue("session", ref.sessionId())
        .addKeyValue("epoch", newEpoch)
        .log("{} connected, session {} epoch {}", client(), ref.sessionId(), newEpoch);
  }

  @Override
  public synchronized int deliver(Delivery delivery, @Nullable ReplyTo answerTo) {
    if (state != State.ATTACHED) {
      return NOT_WRITTEN;
    }
    DistantEntity far = distant;
    return far == null ? stream.deliver(delivery) : far.deliver(delivery);
  }

  /** From an entity on another node; see {@link RemoteDownlink}. */
  synchronized void deliver(Delivery delivery, long sequence, @Nullable ReplyTo answerTo) {
    DistantEntity far = distant;
    if (state == State.ATTACHED && far != null && far.isNext(sequence)) {
      confirmed(Math.max(resultsConfirmed - far.resultsBefore(), delivery.resultsConfirmed()));
      far.deliver(delivery, sequence, answerTo);
    }
  }

  /** A delivery from an entity on another node that cannot be read. */
  synchronized void missed(long sequence) {
    DistantEntity far = distant;
    if (state == State.ATTACHED && far != null) {
      far.missed(sequence);
    }
  }

  /** Of the results that were told to an entity on another node, all after so many were lost. */
  @Override
  public synchronized void resultsMissed(long taken) {
    EntityLine to = entity;
    DistantEntity far = distant;
    if (to != null && far != null) {
      far.tellAgain(to, taken, resultsHeard);
    }
  }

  @Override
  public synchronized void cancel(String commandId) {
    DistantEntity far = distant;
    if (state == State.ATTACHED && far != null) {
      far.cancel(commandId);
    } else if (state == State.ATTACHED) {
      stream.cancel(commandId);
    }
  }

  @Override
  public void confirmed(long results) {
    DistantEntity far = distant;
    resultsConfirmed = far == null ? results : far.resultsBefore() + results;
    if (far != null && far.isTracked()) {
      synchronized (this) {
        far.confirmed(results);
      }
    }
  }

  @Override
  public synchronized void goodbye(Goodbye goodbye) {
    if (state == State.ENDED) {
      return;
    }
    stream.goodbye(goodbye);
    end(false, goodbye.cause().name(), returnsWithin(goodbye));
  }

  /**
   * How long its commands may wait for a client that was asked to come back; 0 where it was not.
   */
  private long returnsWithin(Goodbye goodbye) {
    return goodbye.cause() == Goodbye.Cause.DRAINING
        ? goodbye.reconnectDelay().plus(connections.drainSettings().reconnectGrace()).toMillis()
        : 0;
  }

  @Override
  public synchronized void reject(Rejection rejection) {
    if (state == State.ENDED) {
      return;
    }
    stream.reject(rejection);
    end(false, rejection.message());
  }

  @Override
  public void introduceAgain(int leftBehind) {
    synchronized (this) {
      if (state != State.ATTACHED || connections.isDraining() && !connections.routesElsewhere()) {
        return;
      }
      // Not "attaching": the client needs no second welcome.
      entity = null;
      distant().leave(leftBehind);
      connections.presence().seeking(describe());
    }
    connections.sessions().hurry(this);
    attachAgain();
  }

  /** The node is gone, and the entity with it where it was there. */
  void nodeGone(String node) {
    EntityLine to = entity;
    if (to != null && isEntityRemote() && to.node().equals(node)) {
      introduceAgain(0);
    }
  }

  /** What was told to the entity reached nobody: it had just gone. */
  void strayed(ClientConnection.FromStream message) {
    if (isEntityRemote() || !(message instanceof ClientConnection.Resulted resulted)) {
      return;
    }
    EntityLine to;
    synchronized (this) {
      to = entity;
      DistantEntity far = distant;
      if (to == null && far != null) {
        far.result(resulted.commandId(), resulted.outcome());
      }
    }
    if (to != null) {
      to.tell(
          new ClientConnection.Resulted(ref, resulted.commandId(), resulted.outcome(), UNCOUNTED));
    }
  }

  private void attachAgain() {
    ClientConnection.Attach attach;
    synchronized (this) {
      Hello said = hello;
      DistantEntity far = distant;
      attach = said == null || far == null ? null : far.introduction(said, epoch);
      if (attach == null) {
        return;
      }
      clock.attaches(System.nanoTime());
    }
    connections.route(attach);
  }

  /** Under the lock. */
  private DistantEntity distant() {
    DistantEntity far = distant;
    if (far == null) {
      far = new DistantEntity(connections, ref, stream);
      distant = far;
    }
    return far;
  }

  private boolean isEntityRemote() {
    DistantEntity far = distant;
    return far != null && far.isRemote();
  }

  @Override
  public @Nullable Executor thread() {
    return stream.thread();
  }

  @Override
  public long lastHeard() {
    return clock.lastHeard();
  }

  // ---- what time brings, see StreamWatch ----------------------------------------------------

  /** Looks for its entity at once, where it has none: it may be on another node since now. */
  void seekEntity() {
    Hello said = hello;
    if (state == State.ATTACHED && entity == null) {
      attachAgain();
    } else if (state == State.ATTACHING && said != null) {
      attach(said);
    }
  }

  /**
   * Reminds the entity of the stream, and says what came through, in case anything was missed. One
   * on this node shows whether it needs that: thousands that are idle cost no message.
   */
  void stillAttached() {
    ClientKey client = client();
    if (client == null) {
      return;
    }
    LocalEntities.Entry here = connections.entities().find(client);
    if (here != null && here.needsNoWordOf(ref)) {
      return;
    }
    ClientConnection.StillAttached reminder;
    synchronized (this) {
      DistantEntity far = distant;
      reminder =
          new ClientConnection.StillAttached(
              client,
              ref,
              epoch,
              Instant.ofEpochMilli(lastHeard()),
              far == null ? -1 : far.arrived(),
              far == null ? resultsHeard : far.resultsTold(resultsHeard));
    }
    connections.route(reminder);
  }

  /** Asks the client for a sign of life. */
  synchronized void ping() {
    if (state == State.ATTACHED) {
      stream.ping(clock.nextPing(), resultsConfirmed);
    }
  }

  private void attach(Hello said) {
    clock.attaches(System.nanoTime());
    Hello fitting = connections.limit().fit(said);
    connections.route(new ClientConnection.Attach(ref, fitting, Set.of(), false, 0));
  }

  private ConnectedClient describe() {
    Hello said = hello;
    if (said == null) {
      throw new IllegalStateException("no hello");
    }
    return new ConnectedClient(
        said.client(),
        ref.sessionId(),
        epoch,
        said.labels(),
        said.clientVersion(),
        connectedSince,
        Instant.ofEpochMilli(lastHeard()),
        0,
        0,
        ref.node());
  }

  private void end(boolean leaving, String why) {
    end(leaving, why, 0);
  }

  private void end(boolean leaving, String why, long returnsWithinMillis) {
    boolean wasConnected;
    synchronized (this) {
      if (state == State.ENDED) {
        return;
      }
      wasConnected = state == State.ATTACHED;
      state = State.ENDED;
      if (distant != null) {
        connections.presence().lost(describe());
      }
    }
    connections.sessions().remove(ref);
    Hello counted = hello;
    if (counted != null) {
      connections.reception().left(counted.client().service());
    }
    EntityLine to = entity;
    if (to != null) {
      to.tell(new ClientConnection.Detach(ref, leaving, returnsWithinMillis));
    }
    ClientKey client = client();
    if (wasConnected && client != null) {
      log.atInfo()
          .addKeyValue("event", "disconnected")
          .addKeyValue("client", client)
          .addKeyValue("session", ref.sessionId())
          .addKeyValue("why", why)
          .log("{} disconnected, session {}: {}", client, ref.sessionId(), why);
      observer.disconnected(client, ref.sessionId(), why);
    }
  }
}
