package org.streamingcommands.connection;

import com.google.protobuf.Any;
import com.typesafe.config.ConfigValueFactory;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.Extension;
import org.apache.pekko.actor.typed.ExtensionId;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.Member;
import org.apache.pekko.cluster.MemberStatus;
import org.apache.pekko.cluster.sharding.ShardRegion;
import org.apache.pekko.cluster.sharding.typed.ClusterShardingSettings;
import org.apache.pekko.cluster.sharding.typed.ShardingEnvelope;
import org.apache.pekko.cluster.sharding.typed.javadsl.ClusterSharding;
import org.apache.pekko.cluster.sharding.typed.javadsl.Entity;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.pattern.Patterns;
import org.jspecify.annotations.Nullable;
import org.streamingcommands.command.CancelResult;
import org.streamingcommands.command.Certainty;
import org.streamingcommands.command.ClientKey;
import org.streamingcommands.command.Command;
import org.streamingcommands.command.CommandException;
import org.streamingcommands.command.CommandListener;
import org.streamingcommands.command.LabelSelector;
import org.streamingcommands.command.Names;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.command.Reason;

/**
 * The engine of one ActorSystem: takes sends in, routes them to the client's entity, and holds the
 * live streams of this node. Thread-safe. Lives as long as its system; {@link #drain} comes first.
 */
public final class Connections implements Extension {
  private static final ExtensionId<Connections> ID =
      new ExtensionId<>() {
        @Override
        public Connections createExtension(ActorSystem<?> system) {
          return new Connections(system);
        }
      };

  /** Where messages of other nodes come in: what they are for runs next, on the same thread. */
  private static final Props INTERNAL =
      DispatcherSelector.fromConfig("pekko.actor.internal-dispatcher");

  private static final Duration ROUTING_TIMEOUT = Duration.ofSeconds(1);

  private static final Duration SWEEP = Duration.ofMillis(100);

  /** How long a client's stream may need to find its entity on another node. */
  static final long SETTLE_MILLIS = 10_000;

  /** How long a lost node's entities may take to come to life elsewhere. */
  private static final long ASK_AGAIN_MILLIS = 8_000;

  private static final long ASK_AGAIN_PAUSE_MILLIS = 1_000;

  private volatile long askAgainUntilMillis;

  /** Touched by the sweep only. */
  private long askedAgainMillis;

  /** How long after a shard came here its entities may come to life before their streams know. */
  private static final long MOVE_MILLIS = 15_000;

  /** How long after a node came or went shards may move from one to another. */
  private static final long SHARDS_MOVE_MILLIS = 120_000;

  /** A shard and since when it is on this node. */
  private record ShardHere(org.apache.pekko.actor.ActorRef shard, long sinceMillis) {}

  private final ConcurrentHashMap<String, ShardHere> shards = new ConcurrentHashMap<>();
  private volatile boolean isAlone = true;
  private volatile long membersChangedMillis;
  private volatile boolean isRegionGone;
  private volatile @Nullable String cutOff;

  private final ActorSystem<?> system;
  private final EngineSettings settings;
  private final InstantSource clock = InstantSource.system();
  private final Counters counters = new Counters();
  private final List<SendObserver> observers = new CopyOnWriteArrayList<>();
  private final ServiceCatalog services = new ServiceCatalog();
  private final PresenceBoard presence = new PresenceBoard(clock);
  private final LocalEntities entities = new LocalEntities(presence);
  private final LiveSessions sessions;
  private final PendingSends sends;
  private final FrameLimit limit;
  private final Gateways gateways;
  private final Replies replies;
  private final Cluster cluster;
  private final Legacies legacies = new Legacies(clock);
  private final SharedPayloads sharedPayloads = new SharedPayloads(clock);
  private final ClusterListings listings;
  private final PresenceFeeds feeds;
  private final ActorRef<ClusterPresence.Message> clusterPresence;
  private final ActorRef<ShardingEnvelope<ClientConnection.Message>> region;
  private final Heartbeat heartbeat;
  private final AtomicBoolean draining = new AtomicBoolean();
  private final CompletableFuture<Void> drainBegins = new CompletableFuture<>();
  private final DrainSettings drainSettings;
  private final Drain drain;
  private final Admission admission;
  private final String node;

  public static Connections get(ActorSystem<?> system) {
    return system.registerExtension(ID);
  }

  private Connections(ActorSystem<?> system) {
    this.system = system;
    settings = EngineSettings.from(system.settings().config().getConfig("streaming-commands"));
    node = Cluster.get(system).selfMember().address().hostPort();
    sessions = new LiveSessions(node);
    drainSettings =
        DrainSettings.from(system.settings().config().getConfig("streaming-commands.drain"));
    drain = new Drain(system, sessions, drainSettings);
    admission =
        new Admission(
            AdmissionSettings.from(
                system.settings().config().getConfig("streaming-commands.admission")),
            System::nanoTime);
    sends = new PendingSends(node, clock, counters);
    limit = FrameLimit.from(system.settings().config());
    gateways = new Gateways(system);
    replies =
        new RoutedReplies(node, sends, gateways, limit, () -> Cluster.get(system).isTerminated());
    cluster = Cluster.get(system);
    listings = new ClusterListings(system, node, presence, gateways, limit);
    feeds = new PresenceFeeds(node, presence, limit);
    system.systemActorOf(
        Gateway.create(
            sessions,
            sends,
            listings,
            feeds,
            legacies,
            new SharedSends(
                gateways,
                this::route,
                this::routeThroughRegion,
                sharedPayloads::announce,
                sends::find)),
        Gateway.NAME,
        INTERNAL);
    clusterPresence =
        system.systemActorOf(
            ClusterPresence.create(gateways, this::hostingNodes),
            "streaming-commands-presence",
            INTERNAL);
    region = startRegion(system);
    system.systemActorOf(
        StrayRequests.create(this), "streaming-commands-stray-requests", Props.empty());
    system.systemActorOf(
        Behaviors.<String>setup(
            context -> {
              context.watchWith(region, "gone");
              return Behaviors.receive(String.class)
                  .onMessage(
                      String.class,
                      gone -> {
                        isRegionGone = true;
                        return Behaviors.stopped();
                      })
                  .build();
            }),
        "streaming-commands-region-watch",
        Props.empty());
    system.systemActorOf(NodeWatch.create(this), "streaming-commands-node-watch", Props.empty());
    system.systemActorOf(
        PartitionWatch.create(why -> cutOff = why),
        "streaming-commands-partition-watch",
        Props.empty());
    heartbeat = new Heartbeat(system, sessions);
    heartbeat.pace(settings.defaults());
    system.scheduler().scheduleAtFixedRate(SWEEP, SWEEP, this::sweep, system.executionContext());
    system.getWhenTerminated().thenRun(sends::endAll);
  }

  /**
   * Whether entities can be reached from this node, and come to life on it: it is known to the
   * coordinator of all. Before that, what is sent to clients waits.
   *
   * @return never completed exceptionally
   */
  public CompletableFuture<Boolean> isRouting() {
    return Patterns.ask(
            Adapter.toClassic(region), ShardRegion.getCurrentRegionsInstance(), ROUTING_TIMEOUT)
        .handle(
            (answer, error) ->
                answer instanceof ShardRegion.CurrentRegions regions
                    && (!hosts(cluster.selfMember())
                        || regions.getRegions().contains(cluster.selfMember().address())))
        .toCompletableFuture();
  }

  private ActorRef<ShardingEnvelope<ClientConnection.Message>> startRegion(ActorSystem<?> system) {
    if (settings.role().isEmpty() && cluster.selfMember().hasRole("sender")) {
      throw new IllegalArgumentException(
          "streaming-commands.engine.role: must name the role of the nodes, such as 'node', where a"
              + " member is a sender; else this one would host clients' entities");
    }
    ClusterShardingSettings sharding =
        ClusterShardingSettings.fromConfig(
                system
                    .settings()
                    .config()
                    .getConfig("pekko.cluster.sharding")
                    .withValue(
                        "number-of-shards",
                        ConfigValueFactory.fromAnyRef(settings.numberOfShards())))
            // The default would stop a quiet entity whose client is connected.
            .withNoPassivationStrategy();
    Entity<ClientConnection.Message, ShardingEnvelope<ClientConnection.Message>> entity =
        Entity.of(
                ClientConnection.TYPE_KEY,
                context -> ClientConnection.create(context.getEntityId(), this, context.getShard()))
            .withEntityProps(DispatcherSelector.fromConfig("streaming-commands.entity-dispatcher"))
            .withSettings(settings.role().isEmpty() ? sharding : sharding.withRole(settings.role()))
            .withStopMessage(ClientConnection.Stop.INSTANCE);
    return ClusterSharding.get(system).init(entity);
  }

  // ---- senders ------------------------------------------------------------------------------

  /** Whether commands to this service can be routed from here. */
  public boolean knows(String service) {
    return services.knows(service);
  }

  /**
   * Sends a command. The listener hears exactly one outcome, before the deadline plus one second.
   *
   * @param steps whether it also hears of receipts and progress
   */
  public void send(ClientKey client, Command command, boolean steps, CommandListener listener) {
    send(Sender.LOCAL, client, command, steps, listener);
  }

  /**
   * Sends a command for somebody.
   *
   * @param steps whether the listener also hears of receipts and progress
   * @return names this send to {@link #abandon}
   */
  public long send(
      Sender by, ClientKey client, Command command, boolean steps, CommandListener listener) {
    return send(by, client, command, steps, listener, null);
  }

  /**
   * @param batches where to put what goes to another node with others of its payload
   */
  long send(
      Sender by,
      ClientKey client,
      Command command,
      boolean steps,
      CommandListener listener,
      @Nullable NodeBatches batches) {
    ObservedSend observed = new ObservedSend(listener, by.mode(), counters);
    Command travelling =
        observers.isEmpty() ? command : observed.begin(observers, by, client, command);
    return admit(client, travelling, steps, observed, batches);
  }

  /**
   * @param entities where clients' entities are, by the client's id
   */
  NodeBatches batches(Map<String, String> entities) {
    return new NodeBatches(
        node,
        gateways,
        limit,
        entities,
        there -> otherHosts().contains(there),
        this::routeThroughRegion);
  }

  /** Where the entities of these clients are, by the client's id; nothing where this node knows. */
  CompletableFuture<Map<String, String>> locate(String service, Collection<String> clientIds) {
    return hasOtherHosts()
        ? ShardHomes.ask(
                Adapter.toClassic(region), settings.numberOfShards(), system.executionContext())
            .thenApply(homes -> homes.of(service, clientIds))
        : CompletableFuture.completedFuture(Map.of());
  }

  /** Many commands with this very payload are about to be sent from here. */
  void announce(Any payload) {
    if (hasOtherHosts()) {
      sharedPayloads.announce(payload);
    }
  }

  private long admit(
      ClientKey client,
      Command command,
      boolean steps,
      CommandListener listener,
      @Nullable NodeBatches batches) {
    Outcome<Any> refusal = refusal(client.service(), command);
    if (refusal != null) {
      listener.outcome(refusal);
      return 0;
    }
    LocalEntities.Entry entity = entities.find(client);
    if (entity == null && !limit.fits(command)) {
      listener.outcome(Outcome.notSent(Reason.TOO_LARGE, limit.tooLarge(command.size())));
      return 0;
    }
    ClientConnection.Send send = sends.send(client, command, steps, listener, entity != null);
    String there = entity != null || batches == null ? null : batches.nodeOf(client);
    if (entity != null) {
      entity.tell(send);
    } else if (batches != null && there != null) {
      batches.add(there, send);
    } else {
      routeThroughRegion(send);
    }
    return send.replyTo().ticket();
  }

  /**
   * Whoever sent a command does not want it any more. It is cancelled unless somebody else sent the
   * same one; in either case the listener hears the outcome.
   *
   * @param send what {@link #send} answered
   */
  public void abandon(long send) {
    ClientConnection.Send abandoned = sends.find(send);
    if (abandoned != null) {
      route(
          new ClientConnection.Abandon(
              abandoned.client(), abandoned.command().id(), abandoned.replyTo()));
    }
  }

  /**
   * Asks the client to stop a command.
   *
   * @param timeout how long to wait for its word
   * @return never completed exceptionally
   */
  public CompletableFuture<CancelResult> cancel(
      ClientKey client, String commandId, Duration timeout) {
    CompletableFuture<CancelResult> result = new CompletableFuture<>();
    ReplyTo replyTo = sends.cancel(result::complete, clock.millis() + timeout.toMillis());
    route(new ClientConnection.Cancel(client, commandId, replyTo));
    return result;
  }

  /**
   * Ends a client's connection.
   *
   * @return whether there was one; fails with a {@link CommandException} where nobody could say,
   *     and then it may have ended all the same, unless the certainty is NOT_SENT
   */
  public CompletableFuture<Boolean> disconnect(
      ClientKey client, Goodbye goodbye, Duration timeout) {
    String why = cutOff;
    if (why != null) {
      return CompletableFuture.failedFuture(new CommandException(refused(Reason.NO_MAJORITY, why)));
    }
    CompletableFuture<Boolean> result = new CompletableFuture<>();
    ReplyTo replyTo = sends.disconnect(result, clock.millis() + timeout.toMillis());
    route(new ClientConnection.Disconnect(client, goodbye, replyTo));
    return result;
  }

  /**
   * What the client's entity knows of it; what could not be asked in time reads as nothing.
   *
   * @param commandId only this one; empty for all
   * @return never completed exceptionally
   */
  public CompletableFuture<ClientView> inspect(
      ClientKey client, String commandId, Duration timeout) {
    CompletableFuture<ClientView> result = new CompletableFuture<>();
    ReplyTo replyTo = sends.inspect(result::complete, clock.millis() + timeout.toMillis());
    route(new ClientConnection.Inspect(client, commandId, replyTo));
    return result;
  }

  /**
   * The connected clients whose entities are on this node, in the order of service and id.
   *
   * @param service only of this one; null for all
   * @param chosen only those that it accepts
   * @param after only those after this one; null from the beginning
   */
  public List<ConnectedClient> list(
      @Nullable String service,
      Predicate<ConnectedClient> chosen,
      @Nullable ClientKey after,
      int limit) {
    return presence.list(service, chosen, after, limit);
  }

  /**
   * The connected clients of all nodes, in the order of service and id.
   *
   * @param service only of this one; null for all
   * @param after only those after this one; null from the beginning
   * @param pageSize at most so many; fewer where they would not fit a message between nodes
   * @param timeout how long to wait for the nodes' answers
   * @return never completed exceptionally; a node that does not answer is named
   */
  public CompletableFuture<ClusterListing> listAll(
      @Nullable String service,
      LabelSelector selector,
      @Nullable ClientKey after,
      int pageSize,
      Duration timeout) {
    return listAll(service, selector, "", after, pageSize, timeout);
  }

  /**
   * {@link #listAll(String, LabelSelector, ClientKey, int, Duration)} of those whose id contains a
   * text.
   *
   * @param search the text; empty for all
   */
  public CompletableFuture<ClusterListing> listAll(
      @Nullable String service,
      LabelSelector selector,
      String search,
      @Nullable ClientKey after,
      int pageSize,
      Duration timeout) {
    return listings.list(
        hostingNodes(),
        replyTo ->
            new Gateway.ListClients(replyTo, service, selector.toString(), search, after, pageSize),
        pageSize,
        timeout);
  }

  /** {@link #list(String, Predicate, ClientKey, int)} of whoever is connected. */
  public List<ConnectedClient> list(
      @Nullable String service, @Nullable ClientKey after, int limit) {
    return list(service, client -> true, after, limit);
  }

  private Set<String> hostingNodes() {
    Set<String> nodes = new TreeSet<>();
    if (cluster.isTerminated()) {
      return nodes;
    }
    for (Member member : cluster.state().getMembers()) {
      if (hosts(member) && member.status() != MemberStatus.down()) {
        nodes.add(member.address().hostPort());
      }
    }
    return nodes;
  }

  /**
   * Tells who is connected, on whichever node, and then of every change, without a gap. All is told
   * on one thread at a time, which must not be blocked. A client whose entity moves is not told of.
   *
   * @param snapshot called once, in the order of service and id, with the nodes that had not said
   *     by then whom they know
   * @param changes called after it
   * @return ends it; what is being told at the time still is
   */
  public Runnable watch(Consumer<ClusterListing> snapshot, Consumer<PresenceEvent> changes) {
    ClusterPresence.Watcher watcher = new ClusterPresence.Watcher(snapshot, changes);
    clusterPresence.tell(new ClusterPresence.Begin(watcher));
    return () -> clusterPresence.tell(new ClusterPresence.End(watcher));
  }

  /** Why this command can be sent to no client of the service at all; null where it can. */
  public Outcome.@Nullable Undelivered<Any> refusal(String service, Command command) {
    if (!services.knows(service)) {
      return refused(Reason.UNKNOWN_SERVICE, "service: '%s' is not registered".formatted(service));
    }
    String problem = problemWith(command);
    if (problem != null) {
      return refused(Reason.INVALID_COMMAND, problem);
    }
    ServiceCatalog.Entry here = services.find(service);
    if (here != null && !here.settings().takes(command.payload().getTypeUrl())) {
      return refused(
          Reason.INVALID_COMMAND,
          "payload.type_url: the clients of '%s' do not take this type".formatted(service));
    }
    String why = cutOff;
    if (why != null) {
      return refused(Reason.NO_MAJORITY, why);
    }
    return draining.get() && !routesElsewhere()
        ? refused(Reason.SHUTTING_DOWN, "the node is stopping")
        : null;
  }

  private static Outcome.Undelivered<Any> refused(Reason reason, String message) {
    return new Outcome.Undelivered<>(reason, Certainty.NOT_SENT, message);
  }

  private static @Nullable String problemWith(Command command) {
    String id = Names.problemWithCommandId(command.id()).orElse(null);
    if (id != null) {
      return id;
    }
    if (!command.headers().isEmpty()) {
      String headers = Names.problemWithLabels("headers", command.headers()).orElse(null);
      if (headers != null) {
        return headers;
      }
    }
    String key =
        Names.problemWithText("coalescing_key", command.coalescingKey(), 0, Names.MAX_LABEL_VALUE)
            .orElse(null);
    if (key != null) {
      return key;
    }
    return Names.problemWithTypeUrl("payload.type_url", command.payload().getTypeUrl())
        .orElse(null);
  }

  /**
   * Observes the sends of this node's senders from now on.
   *
   * @return ends it
   */
  public Runnable observe(SendObserver observer) {
    observers.add(observer);
    return () -> observers.remove(observer);
  }

  /** Tells the observers of a send that never was one. */
  public void refused(SendObserver.Refused send) {
    ObservedSend.refused(observers, send);
  }

  // ---- streams ------------------------------------------------------------------------------

  /** A stream began; it speaks through the answer. */
  public ClientSession open(ClientStream stream) {
    return sessions.open(this, stream);
  }

  void later(Duration pause, Runnable task) {
    system.scheduler().scheduleOnce(pause, task, system.executionContext());
  }

  /** The services of this node. */
  public ServiceCatalog services() {
    return services;
  }

  /** Adds a service to this node; not where its name is taken. */
  public boolean declare(ServiceCatalog.Entry service) {
    boolean added = services.add(service);
    if (added) {
      heartbeat.pace(service.settings());
    }
    return added;
  }

  /** Takes a service away from this node and says goodbye to its clients. */
  public void withdraw(String service) {
    if (services.remove(service)) {
      Goodbye goodbye =
          Goodbye.of(Goodbye.Cause.DISCONNECTED, "the service was taken off this node");
      sessions.forEach(
          session -> {
            ClientKey client = session.client();
            if (client != null && client.service().equals(service)) {
              session.goodbye(goodbye);
            }
          });
    }
  }

  public Counters counters() {
    return counters;
  }

  public EngineSettings settings() {
    return settings;
  }

  /** This node, as listings name it. */
  public String node() {
    return node;
  }

  /** The nodes of the cluster as this one sees them, in the order of their names. */
  public List<ClusterMember> members() {
    List<ClusterMember> members = new ArrayList<>();
    var state = cluster.state();
    for (Member member : state.getMembers()) {
      members.add(
          new ClusterMember(
              member.address().hostPort(),
              member.status().toString(),
              !state.getUnreachable().contains(member),
              member.getRoles()));
    }
    members.sort(Comparator.comparing(ClusterMember::node));
    return members;
  }

  /** What the entities of this node have to do, as of now. */
  public Load load() {
    return presence.load();
  }

  /** How many streams this node holds. */
  public int openStreams() {
    return sessions.size();
  }

  /** Why this node is cut off from its cluster; null where it is not. */
  public @Nullable String cutOff() {
    return cutOff;
  }

  public boolean isDraining() {
    return draining.get();
  }

  /** Completed when {@link #drain} begins, on its thread. */
  public CompletableFuture<Void> whenDraining() {
    return drainBegins.copy();
  }

  /**
   * Takes leave of this node's clients as {@code streaming-commands.drain} says. From now on no
   * client is taken in. Commands are, as long as another node can take the entities over. There is
   * no way back.
   *
   * @return completed when no client is left; the same for everybody who asks
   */
  public CompletableFuture<DrainReport> drain() {
    if (draining.compareAndSet(false, true)) {
      drainBegins.complete(null);
      drain.start();
    }
    return drain.done();
  }

  /** Takes leave of all clients without a pause: this node has no say any more. */
  public void drainNow() {
    draining.set(true);
    drainBegins.complete(null);
    drain.rush();
  }

  /** How this node takes leave of its clients. */
  public DrainSettings drainSettings() {
    return drainSettings;
  }

  // ---- for the entities and sessions --------------------------------------------------------

  /** To the client's entity: told directly where it is on this node, through the region else. */
  void route(ClientConnection.Request request) {
    LocalEntities.Entry entity = entities.find(request.client());
    if (entity != null) {
      entity.tell(request);
    } else {
      routeThroughRegion(request);
    }
  }

  void routeThroughRegion(ClientConnection.Request request) {
    region.tell(new ShardingEnvelope<>(request.client().entityId(), request));
  }

  Downlink downlink(StreamRef ref) {
    if (!ref.node().equals(node)) {
      return new RemoteDownlink(ref, gateways.of(ref.node()), limit.payloadBytes(), sharedPayloads);
    }
    ClientSession session = sessions.find(ref);
    return session == null ? new GoneDownlink(ref) : session;
  }

  ServiceSettings settingsOf(String service) {
    ServiceCatalog.Entry entry = services.find(service);
    return entry == null ? settings.defaults() : entry.settings();
  }

  Admission admission() {
    return admission;
  }

  LocalEntities entities() {
    return entities;
  }

  PresenceBoard presence() {
    return presence;
  }

  LiveSessions sessions() {
    return sessions;
  }

  Replies replies() {
    return replies;
  }

  PendingSends sends() {
    return sends;
  }

  /** Another node was seen: entities may come from there. */
  void notAlone() {
    isAlone = false;
    membersChangedMillis = clock.millis();
  }

  /** A node will not speak again. */
  void nodeGone(String gone) {
    gateways.forget(gone);
    entities.nodeGone(gone);
    sessions.forEach(session -> session.nodeGone(gone));
    askAgain();
  }

  /**
   * What was said to or by another node may be lost; whoever waits here asks again, for a while.
   */
  void askAgain() {
    askAgainUntilMillis = clock.millis() + ASK_AGAIN_MILLIS;
  }

  private void sweep() {
    sends.sweep();
    sends.remind(client -> entities.find(client) == null, this::routeThroughRegion);
    legacies.sweep();
    sharedPayloads.sweep();
    feeds.sweep();
    long now = clock.millis();
    if (now < askAgainUntilMillis && now >= askedAgainMillis + ASK_AGAIN_PAUSE_MILLIS) {
      askedAgainMillis = now;
      // Streams first: what is asked for waits for them, and not for long.
      sessions.forEach(ClientSession::seekEntity);
      sends.askAgain(client -> entities.find(client) == null, this::routeThroughRegion);
    }
  }

  /** Whether, of a node that stops, commands find their way to an entity on another. */
  boolean routesElsewhere() {
    // After the region stopped, each would come back at once.
    return !isRegionGone && hasOtherHosts();
  }

  /** Whether another node could take this one's entities over. */
  boolean hasOtherHosts() {
    return !otherHosts().isEmpty();
  }

  private List<String> otherHosts() {
    if (cluster.isTerminated()) {
      return List.of();
    }
    List<String> others = new ArrayList<>();
    Set<Member> unreachable = cluster.state().getUnreachable();
    for (Member member : cluster.state().getMembers()) {
      String name = member.address().hostPort();
      if (hosts(member)
          && member.status() == MemberStatus.up()
          && !unreachable.contains(member)
          && !name.equals(node)) {
        others.add(name);
      }
    }
    return others;
  }

  /** An entity left so many messages to its successor, and has no stream to tell it. */
  void announceLegacy(ClientKey client, int messages) {
    otherHosts().forEach(host -> gateways.of(host).tell(new Gateway.LegacyLeft(client, messages)));
  }

  Legacies legacies() {
    return legacies;
  }

  private boolean hosts(Member member) {
    return settings.role().isEmpty() || member.hasRole(settings.role());
  }

  /**
   * Until when the stream of a client whose entity comes to life now may be on its way from where
   * the shard was. 0 where there is nowhere it could come from.
   */
  long settlesAtMillis(org.apache.pekko.actor.ActorRef shard) {
    long now = clock.millis();
    if (isAlone || now > membersChangedMillis + SHARDS_MOVE_MILLIS) {
      // Nothing moves where no node comes or goes: a client without a stream has none.
      return 0;
    }
    ShardHere here =
        shards.compute(
            shard.path().name(),
            (name, known) ->
                known != null && known.shard().equals(shard) ? known : new ShardHere(shard, now));
    return now < here.sinceMillis() + MOVE_MILLIS ? now + SETTLE_MILLIS : 0;
  }

  FrameLimit limit() {
    return limit;
  }

  InstantSource clock() {
    return clock;
  }
}
