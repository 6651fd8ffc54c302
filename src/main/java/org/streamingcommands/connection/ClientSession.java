package org.streamingcommands.connection;

import com.google.protobuf.Any;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
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
 * entity and the heartbeat call from theirs.
 */
public final class ClientSession implements Downlink {
  private static final Logger log = LoggerFactory.getLogger(ClientSession.class);
  private static final long UNCOUNTED = ClientConnection.Resulted.UNCOUNTED;
  private static final long ATTACH_AGAIN_NANOS = TimeUnit.SECONDS.toNanos(1);

  private enum State {
    AWAITING_HELLO,
    ATTACHING,
    ATTACHED,
    ENDED
  }

  private final Connections connections;
  private final StreamRef ref;
  private final ClientStream stream;
  private final long openedNanos = System.nanoTime();

  private volatile State state = State.AWAITING_HELLO;
  private volatile @Nullable Hello hello;
  private volatile @Nullable ActorRef<ClientConnection.Message> entity;
  private volatile ServiceSettings settings;
  private volatile Duration helloTimeout;
  private volatile long lastHeardNanos = openedNanos;
  private volatile boolean notReading;

  /**
   * When what the client showed of itself ends, by the wall clock; nothing ends at the end of time.
   */
  private volatile long validUntilMillis = Long.MAX_VALUE;

  private volatile long resultsConfirmed;
  private volatile long epoch;
  private volatile Instant connectedSince = Instant.EPOCH;
  private volatile boolean isEntityRemote;

  /** Under the lock. */
  private boolean isAdmitted;

  /** Whether there is a ledger; without one, nothing is locked or kept. */
  private volatile boolean isTracked;

  private @Nullable StreamLedger ledger;
  private boolean isMoving;
  private long movingSinceNanos;

  /** What the former entity left to the next one. */
  private int inherited;

  /** Results that the client sent here, and how many of them were not for the present entity. */
  private long resultsHeard;

  private volatile long resultsBefore;

  /** There since an entity on another node took the stream in, and until it is empty. */
  private volatile @Nullable RemoteFeed feed;

  private ServiceObserver observer = ServiceObserver.NONE;
  private long lastPingNanos = openedNanos;
  private long lastAttachNanos;
  private long pings;

  ClientSession(Connections connections, StreamRef ref, ClientStream stream) {
    this.connections = connections;
    this.ref = ref;
    this.stream = stream;
    this.settings = connections.settings().defaults();
    this.helloTimeout = settings.helloTimeout();
  }

  public String sessionId() {
    return ref.sessionId();
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

  /** Whether the client has commands that have not ended. */
  boolean isBusy() {
    ClientKey client = client();
    if (client == null || state != State.ATTACHED) {
      return false;
    }
    synchronized (this) {
      if (ledger != null) {
        return !ledger.isSettled();
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
    heard();
    synchronized (this) {
      if (state == State.ENDED) {
        return;
      }
      String service = said.client().service();
      // Looked up once: another of that name may come in between, and ask for something else.
      ServiceCatalog.Entry entry = connections.services().find(service);
      Rejection refused =
          refusal.apply(entry == null ? ServiceAccess.AS_CONFIGURED : entry.access());
      if (refused != null) {
        rejectAndCount(refused);
        return;
      }
      if (state != State.AWAITING_HELLO) {
        invalid("hello: was said before");
        return;
      }
      if (connections.isDraining()) {
        goodbye(Goodbye.of(Goodbye.Cause.DRAINING, "the node is stopping"));
        return;
      }
      String cutOff = connections.cutOff();
      if (cutOff != null) {
        rejectAndCount(new Rejection(Rejection.Kind.UNAVAILABLE, cutOff));
        return;
      }
      if (entry == null) {
        rejectAndCount(
            new Rejection(
                Rejection.Kind.UNKNOWN_SERVICE,
                "service: '%s' is not registered on this node".formatted(service)));
        return;
      }
      Optional<String> problem = said.problem(entry.settings());
      if (problem.isPresent()) {
        invalid(problem.get());
        return;
      }
      Goodbye overloaded = connections.admission().enter();
      if (overloaded != null) {
        connections.counters().overloaded.increment();
        goodbye(overloaded);
        return;
      }
      isAdmitted = true;
      if (!connections.services().enter(entry)) {
        rejectAndCount(
            new Rejection(
                Rejection.Kind.TOO_MANY,
                "service: '%s' has as many clients on this node as it may, %d"
                    .formatted(service, entry.settings().maxClients())));
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
    if (isTracked) {
      synchronized (this) {
        if (ledger != null) {
          ledger.received(commandIds);
        }
      }
    }
    tell(new ClientConnection.Received(ref, List.copyOf(commandIds)));
  }

  /** A command goes on. */
  public void progress(String commandId, Progress progress) {
    Progress fitting = isEntityRemote ? connections.limit().fit(progress) : progress;
    tell(new ClientConnection.Progressed(ref, commandId, fitting));
  }

  /** A command ended. */
  public void result(String commandId, Outcome<Any> outcome) {
    Outcome<Any> fitting = isEntityRemote ? connections.limit().fit(outcome) : outcome;
    ActorRef<ClientConnection.Message> to = entity;
    // Within a node none is lost, and none needs a number.
    long sequence = 0;
    ReplyTo answerTo = null;
    if (isTracked) {
      synchronized (this) {
        // Whose count it is, and with it what is kept of it, must not change in between.
        to = entity;
        sequence = ++resultsHeard - resultsBefore;
        if (ledger != null) {
          answerTo = ledger.result(commandId, fitting);
        }
      }
    } else {
      resultsHeard++;
    }
    if (to == null) {
      untold(commandId, fitting);
      return;
    }
    heard();
    if (answerTo != null) {
      // The sender first: it waits, and the entity only takes note.
      connections.replies().outcome(answerTo, fitting);
    }
    to.tell(new ClientConnection.Resulted(ref, commandId, fitting, sequence, answerTo != null));
  }

  /** There is no entity at present. */
  private void untold(String commandId, Outcome<Any> outcome) {
    synchronized (this) {
      if (entity == null && ledger != null && !ledger.has(commandId)) {
        // It lost its entity just now, and keeps the result from now on.
        ledger.result(commandId, outcome);
      }
    }
    tell(new ClientConnection.Resulted(ref, commandId, outcome, UNCOUNTED));
  }

  /** The client lives, and answered a ping. */
  public void pong() {
    if (state == State.AWAITING_HELLO || state == State.ATTACHING) {
      invalid("frame: nothing may be sent between hello and welcome");
    }
    heard();
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
    heard();
    ClientKey client = client();
    if (state != State.ATTACHED || client == null) {
      invalid("event: hello must come first");
      return;
    }
    // While a slow handler holds the stream back, silence is ours and not the client's.
    notReading = true;
    handOver.accept(
        client,
        () -> {
          heard();
          notReading = false;
          taken.run();
        });
  }

  /**
   * The client sends faster than it may, and is not read for so long; its silence is ours then.
   *
   * @param taken called once the next inbound message may be read
   */
  public void holdBack(Duration pause, Runnable taken) {
    connections.counters().heldBack.increment();
    notReading = true;
    connections.later(
        pause,
        () -> {
          if (!isOpen()) {
            // Its transport may be gone by now, and would refuse.
            return;
          }
          heard();
          notReading = false;
          taken.run();
        });
  }

  /**
   * The transport takes so many more. No sign of life: the buffers on this side of a dead peer take
   * bytes too, until they are full. A client that gets a command says so.
   */
  public void credits(int credits) {
    if (feed != null && !isFeedEmptied(credits)) {
      return;
    }
    ActorRef<ClientConnection.Message> to = entity;
    if (to != null) {
      to.tell(new ClientConnection.Credits(ref, credits));
    }
  }

  /** Whether the entity, back on this node, writes directly from now on. */
  private synchronized boolean isFeedEmptied(int credits) {
    RemoteFeed crossing = feed;
    if (crossing == null) {
      return true;
    }
    if (crossing.credits(credits) == 0 || isEntityRemote) {
      return false;
    }
    feed = null;
    return true;
  }

  /**
   * What the client showed of itself holds until then; later it is told so, and its stream ends.
   */
  public void validUntil(@Nullable Instant end) {
    validUntilMillis = end == null ? Long.MAX_VALUE : end.toEpochMilli();
  }

  /**
   * The hello may take no longer than this, if that is less than anybody's may; zero: it is not.
   */
  public void helloWithin(Duration timeout) {
    if (!timeout.isZero() && timeout.compareTo(helloTimeout) < 0) {
      helloTimeout = timeout;
    }
  }

  /** Writes a frame of the stream's own, in turn with the engine's; not once it has ended. */
  public void answer(Runnable write) {
    heard();
    synchronized (this) {
      if (state == State.ATTACHED) {
        write.run();
      }
    }
  }

  /** Writes what the stream held back of what the engine gave it; not once it has ended. */
  public void flush(Runnable write) {
    synchronized (this) {
      if (state == State.ATTACHED) {
        write.run();
      }
    }
  }

  /** The stream ends with this, and nothing else does. */
  public void refuse(Rejection rejection) {
    rejectAndCount(rejection);
  }

  /** What the client sent breaks the protocol; its stream ends, and nothing else. */
  public void invalid(String message) {
    rejectAndCount(new Rejection(Rejection.Kind.INVALID, message));
  }

  /**
   * The transport ended the stream.
   *
   * @param leaving the client ended it in order, so that it will not resume
   */
  public void closed(boolean leaving, String why) {
    end(leaving, why);
  }

  private void tell(ClientConnection.Message message) {
    heard();
    ActorRef<ClientConnection.Message> to = entity;
    if (to == null) {
      // On its way from one entity to the next, the stream keeps what counts in its ledger.
      if (state != State.ENDED && state != State.ATTACHED) {
        invalid("frame: hello must come first, and nothing between it and the welcome");
      }
      return;
    }
    StreamThread.tellAndRun(to, message);
  }

  private void heard() {
    lastHeardNanos = System.nanoTime();
  }

  // ---- what the entity says -----------------------------------------------------------------

  @Override
  public void attached(ActorRef<ClientConnection.Message> newEntity, long newEpoch) {
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
      isEntityRemote = newEntity.path().address().hasGlobalScope();
      if (isEntityRemote && feed == null) {
        feed = new RemoteFeed(ref, stream, this::unwritten);
      }
      RemoteFeed crossing = feed;
      if (crossing != null) {
        crossing.attached(newEntity);
      }
      if (isMoving) {
        connections.presence().found(describe());
        connections.counters().handOverTook(System.nanoTime() - movingSinceNanos);
      }
      settleLedger(newEntity);
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
  public int deliver(Delivery delivery, @Nullable ReplyTo answerTo) {
    synchronized (this) {
      if (state != State.ATTACHED) {
        return NOT_WRITTEN;
      }
      RemoteFeed crossing = feed;
      if (crossing == null) {
        return stream.deliver(counted(delivery));
      }
      // What a former entity sent from another node goes out first; then come the credits.
      return crossing.deliver(counted(delivery), 0);
    }
  }

  /** From an entity on another node; see {@link RemoteDownlink}. */
  void deliver(Delivery delivery, long sequence, @Nullable ReplyTo answerTo) {
    synchronized (this) {
      RemoteFeed crossing = feed;
      // Between two entities it is a former one's, or of one whose first word was lost.
      if (state == State.ATTACHED && crossing != null && !isMoving && crossing.isNext(sequence)) {
        confirmed(Math.max(resultsConfirmed - resultsBefore, delivery.resultsConfirmed()));
        String commandId = delivery.command().id();
        if (ledger != null && delivery.redelivered() && ledger.has(commandId)) {
          crossing.skip(delivery, sequence);
          return;
        }
        if (ledger != null) {
          ledger.sent(commandId, answerTo);
        }
        crossing.deliver(counted(delivery), sequence);
      }
    }
  }

  /** A delivery from an entity on another node that cannot be read. */
  void missed(long sequence) {
    synchronized (this) {
      RemoteFeed crossing = feed;
      if (state == State.ATTACHED && crossing != null && !isMoving) {
        crossing.missed(sequence);
      }
    }
  }

  /** Under the lock: the client does not get it. */
  private void unwritten(String commandId) {
    connections.counters().unwritten.increment();
    if (ledger != null) {
      ledger.unsent(commandId);
    }
  }

  /** Of the results that were told to an entity on another node, all after so many were lost. */
  @Override
  public void resultsMissed(long taken) {
    synchronized (this) {
      ActorRef<ClientConnection.Message> to = entity;
      if (to == null || ledger == null || isMoving) {
        return;
      }
      List<Hello.Result> missed = ledger.resultsAfter(taken);
      long sequence = resultsHeard - resultsBefore - missed.size();
      for (Hello.Result result : missed) {
        to.tell(
            new ClientConnection.Resulted(ref, result.commandId(), result.outcome(), ++sequence));
      }
    }
  }

  /** The client counts from its welcome, an entity from its own beginning. */
  private Delivery counted(Delivery delivery) {
    return resultsBefore == 0
        ? delivery
        : new Delivery(
            delivery.command(),
            resultsBefore + delivery.resultsConfirmed(),
            delivery.redelivered());
  }

  @Override
  public void cancel(String commandId) {
    synchronized (this) {
      RemoteFeed crossing = feed;
      if (state == State.ATTACHED && crossing != null) {
        crossing.cancel(commandId);
      } else if (state == State.ATTACHED) {
        stream.cancel(commandId);
      }
    }
  }

  @Override
  public void confirmed(long results) {
    resultsConfirmed = resultsBefore + results;
    if (isTracked) {
      synchronized (this) {
        if (ledger != null && !isMoving) {
          ledger.confirmed(results);
        }
      }
    }
  }

  @Override
  public void goodbye(Goodbye goodbye) {
    synchronized (this) {
      if (state == State.ENDED) {
        return;
      }
      stream.goodbye(goodbye);
      end(false, goodbye.cause().name(), returnsWithin(goodbye));
    }
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
  public void reject(Rejection rejection) {
    synchronized (this) {
      if (state == State.ENDED) {
        return;
      }
      stream.reject(rejection);
      end(false, rejection.message());
    }
  }

  @Override
  public void introduceAgain(int leftBehind) {
    synchronized (this) {
      if (state != State.ATTACHED || connections.isDraining() && !connections.routesElsewhere()) {
        return;
      }
      inherited = leftBehind;
      // Not "attaching": the client needs no second welcome.
      if (ledger == null) {
        ledger = new StreamLedger();
      }
      entity = null;
      movingSinceNanos = isMoving ? movingSinceNanos : System.nanoTime();
      isMoving = true;
      isTracked = true;
      connections.presence().seeking(describe());
    }
    attachAgain();
  }

  /** The node is gone, and the entity with it where it was there. */
  void nodeGone(String node) {
    ActorRef<ClientConnection.Message> to = entity;
    if (to != null && isEntityRemote && to.path().address().hostPort().equals(node)) {
      introduceAgain(0);
    }
  }

  /** What was told to the entity reached nobody: it had just gone. */
  void strayed(ClientConnection.FromStream message) {
    ActorRef<ClientConnection.Message> to;
    synchronized (this) {
      to = entity;
      if (to == null
          && ledger != null
          && !isEntityRemote
          && message instanceof ClientConnection.Resulted resulted) {
        ledger.result(resulted.commandId(), resulted.outcome());
        return;
      }
    }
    if (to != null && !isEntityRemote && message instanceof ClientConnection.Resulted resulted) {
      to.tell(
          new ClientConnection.Resulted(ref, resulted.commandId(), resulted.outcome(), UNCOUNTED));
    }
  }

  private void attachAgain() {
    ClientConnection.Attach attach;
    synchronized (this) {
      Hello said = hello;
      if (said == null || ledger == null || !isMoving) {
        return;
      }
      lastAttachNanos = System.nanoTime();
      // The way there may lead through another node.
      Hello carried = ledger.carry(said, epoch, connections.limit());
      attach = new ClientConnection.Attach(ref, carried, ledger.sent(), true, inherited);
    }
    connections.route(attach);
  }

  /** Told what came while the stream was on its way to the entity. */
  private void settleLedger(ActorRef<ClientConnection.Message> newEntity) {
    StreamLedger known = ledger;
    if (known != null && isMoving) {
      isMoving = false;
      List<Hello.Result> meanwhile = known.attached();
      resultsBefore = resultsHeard - meanwhile.size();
      newEntity.tell(new ClientConnection.Received(ref, List.copyOf(known.received())));
      long sequence = 0;
      for (Hello.Result result : meanwhile) {
        sequence = isEntityRemote ? sequence + 1 : 0;
        newEntity.tell(
            new ClientConnection.Resulted(ref, result.commandId(), result.outcome(), sequence));
      }
    }
    if (!isEntityRemote) {
      ledger = null;
    } else if (known == null) {
      ledger = new StreamLedger();
    }
    isTracked = isEntityRemote;
  }

  @Override
  public @Nullable Executor thread() {
    return stream.thread();
  }

  @Override
  public long lastHeard() {
    long agoMillis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - lastHeardNanos);
    return System.currentTimeMillis() - agoMillis;
  }

  // ---- time ---------------------------------------------------------------------------------

  /**
   * Looks after the stream, every so often.
   *
   * @param tickNanos how long until the next call: what would be overdue by then is overdue now
   */
  void tick(long nowNanos, long tickNanos) {
    if (validUntilMillis != Long.MAX_VALUE && System.currentTimeMillis() >= validUntilMillis) {
      goodbye(Goodbye.of(Goodbye.Cause.EXPIRED, "the token or certificate is no longer valid"));
      return;
    }
    switch (state) {
      case AWAITING_HELLO -> {
        if (nowNanos - openedNanos >= helloTimeout.toNanos()) {
          rejectAndCount(
              new Rejection(Rejection.Kind.NO_HELLO, "hello: did not come within " + helloTimeout));
        }
      }
      case ATTACHING -> tickAttaching(nowNanos);
      case ATTACHED -> tickAttached(nowNanos, tickNanos);
      case ENDED -> {}
    }
  }

  /** Looks for its entity at once, where it has none: it may be on another node since now. */
  void seekEntity() {
    Hello said = hello;
    if (state == State.ATTACHED && entity == null) {
      attachAgain();
    } else if (state == State.ATTACHING && said != null) {
      attach(said);
    }
  }

  private void tickAttaching(long nowNanos) {
    Hello said = hello;
    if (nowNanos - openedNanos >= 2 * settings.helloTimeout().toNanos()) {
      rejectAndCount(
          new Rejection(Rejection.Kind.UNAVAILABLE, "the client's entity could not be reached"));
    } else if (said != null && nowNanos - lastAttachNanos >= ATTACH_AGAIN_NANOS) {
      attach(said);
    }
  }

  private void tickAttached(long nowNanos, long tickNanos) {
    if (entity == null) {
      if (nowNanos - lastAttachNanos >= ATTACH_AGAIN_NANOS) {
        attachAgain();
      }
    } else if (nowNanos - lastAttachNanos >= connections.settings().reattachInterval().toNanos()) {
      lastAttachNanos = nowNanos;
      ClientKey client = client();
      if (client != null) {
        connections.route(
            new ClientConnection.StillAttached(
                client, ref, epoch, Instant.ofEpochMilli(lastHeard()), arrived(), resultsTold()));
      }
    }
    if (notReading || settings.pingStrategy() == PingStrategy.DISABLED) {
      return;
    }
    long interval = settings.pingInterval().toNanos();
    long silence = nowNanos - lastHeardNanos;
    if (silence + tickNanos >= interval + settings.pingTimeout().toNanos()) {
      connections.counters().silent.increment();
      goodbye(Goodbye.of(Goodbye.Cause.SILENT, "nothing was heard for too long"));
      return;
    }
    boolean due = nowNanos - lastPingNanos >= interval;
    if (due && (settings.pingStrategy() == PingStrategy.INTERVAL || silence >= interval)) {
      lastPingNanos = nowNanos;
      synchronized (this) {
        if (state == State.ATTACHED) {
          stream.ping(++pings, resultsConfirmed);
        }
      }
    }
  }

  private synchronized long resultsTold() {
    return isMoving ? 0 : resultsHeard - resultsBefore;
  }

  private synchronized long arrived() {
    RemoteFeed crossing = feed;
    return crossing == null ? -1 : crossing.arrived();
  }

  private void attach(Hello said) {
    lastAttachNanos = System.nanoTime();
    Hello fitting = connections.limit().fit(said);
    connections.route(new ClientConnection.Attach(ref, fitting, Set.of(), false, 0));
  }

  private void rejectAndCount(Rejection rejection) {
    connections.counters().rejected.increment();
    log.debug("{} {} rejected: {}", client(), ref.sessionId(), rejection.message());
    reject(rejection);
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
      if (isMoving) {
        connections.presence().lost(describe());
      }
      if (isAdmitted) {
        connections.admission().left();
      }
    }
    connections.sessions().remove(ref);
    Hello counted = hello;
    if (counted != null) {
      connections.services().leave(counted.client().service());
    }
    ActorRef<ClientConnection.Message> to = entity;
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
