package org.streamingcommands.connection;

import com.google.protobuf.Any;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorRefResolver;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.Extension;
import org.apache.pekko.actor.typed.ExtensionId;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.cluster.typed.Cluster;
import org.jspecify.annotations.Nullable;
import org.streamingcommands.command.CancelResult;
import org.streamingcommands.command.ClientKey;
import org.streamingcommands.command.Command;
import org.streamingcommands.command.CommandException;
import org.streamingcommands.command.CommandListener;
import org.streamingcommands.command.LabelSelector;
import org.streamingcommands.command.Outcome;

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

  private static final Duration SWEEP = Duration.ofMillis(100);

  private final ActorSystem<?> system;
  private final EngineSettings settings;
  private final InstantSource clock = InstantSource.system();
  private final Counters counters = new Counters();
  private final ServiceCatalog services = new ServiceCatalog();
  private final PresenceBoard presence = new PresenceBoard(clock);
  private final LocalEntities entities = new LocalEntities(presence);
  private final LiveSessions sessions;
  private final PendingSends sends;
  private final FrameLimit limit;
  private final ActorRefResolver refs;
  private final UsedTrunks trunks = new UsedTrunks();
  private final Gateways gateways;
  private final ActorRef<Gateway.Message> gateway;
  private final Replies replies;
  private final ClusterNodes nodes;
  private final ShardMoves shardMoves = new ShardMoves(clock);
  private final Legacies legacies;
  private final SharedPayloads sharedPayloads = new SharedPayloads(clock);
  private final ClusterListings listings;
  private final PresenceFeeds feeds;
  private final ActorRef<ClusterPresence.Message> clusterPresence;
  private final Shortcuts shortcuts;
  private final EntityRegion region;
  private final SendGate gate;
  private final Requests requests;
  private final FleetRoutes fleetRoutes;
  private final AskingAgain askingAgain;
  private final Heartbeat heartbeat;
  private final AtomicBoolean draining = new AtomicBoolean();
  private final CompletableFuture<Void> drainBegins = new CompletableFuture<>();
  private final DrainSettings drainSettings;
  private final Drain drain;
  private final Reception reception;
  private final String node;

  public static Connections get(ActorSystem<?> system) {
    return system.registerExtension(ID);
  }

  private Connections(ActorSystem<?> system) {
    this.system = system;
    settings = EngineSettings.from(system.settings().config().getConfig("streaming-commands"));
    nodes = new ClusterNodes(Cluster.get(system), settings.role());
    node = nodes.self();
    sessions = new LiveSessions(node);
    drainSettings =
        DrainSettings.from(system.settings().config().getConfig("streaming-commands.drain"));
    drain = new Drain(system, sessions, drainSettings);
    sends = new PendingSends(node, clock, counters);
    limit = FrameLimit.from(system.settings().config());
    refs = ActorRefResolver.get(system);
    gateways = new Gateways(system, limit, trunks);
    legacies = new Legacies(clock, nodes, gateways);
    replies = new RoutedReplies(node, sends, gateways, limit, nodes::isOut);
    listings = new ClusterListings(system, node, presence, gateways, limit);
    feeds = new PresenceFeeds(node, presence, limit);
    shortcuts =
        new Shortcuts(
            node, gateways, entities, this::routeThroughRegion, settings.numberOfShards());
    gateway =
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
                    sends::find),
                shortcuts,
                trunks),
            Gateway.NAME,
            INTERNAL);
    clusterPresence =
        system.systemActorOf(
            ClusterPresence.create(gateways, nodes::hosts),
            "streaming-commands-presence",
            INTERNAL);
    region = new EntityRegion(system, settings, nodes, this);
    gate = new SendGate(services, draining, region);
    reception =
        new Reception(
            services,
            new Admission(
                AdmissionSettings.from(
                    system.settings().config().getConfig("streaming-commands.admission")),
                System::nanoTime),
            gate,
            draining,
            counters);
    requests = new Requests(gate, sends, entities, region, shortcuts, limit, counters, clock);
    fleetRoutes = new FleetRoutes(nodes, region, gateways, limit, sharedPayloads);
    askingAgain = new AskingAgain(clock, sends, sessions, entities, region);
    system.systemActorOf(
        StrayRequests.create(this), "streaming-commands-stray-requests", Props.empty());
    system.systemActorOf(NodeWatch.create(this), "streaming-commands-node-watch", Props.empty());
    system.systemActorOf(
        PartitionWatch.create(gate::cutOff), "streaming-commands-partition-watch", Props.empty());
    heartbeat =
        new Heartbeat(system, new StreamWatch(sessions, counters, settings.reattachInterval()));
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
    return region.isRouting();
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
    return requests.send(by, client, command, steps, listener, null);
  }

  /**
   * Whoever sent a command does not want it any more. It is cancelled unless somebody else sent the
   * same one; in either case the listener hears the outcome.
   *
   * @param send what {@link #send} answered
   */
  public void abandon(long send) {
    requests.abandon(send);
  }

  /**
   * Asks the client to stop a command.
   *
   * @param timeout how long to wait for its word
   * @return never completed exceptionally
   */
  public CompletableFuture<CancelResult> cancel(
      ClientKey client, String commandId, Duration timeout) {
    return requests.cancel(client, commandId, timeout);
  }

  /**
   * Ends a client's connection.
   *
   * @return whether there was one; fails with a {@link CommandException} where nobody could say,
   *     and then it may have ended all the same, unless the certainty is NOT_SENT
   */
  public CompletableFuture<Boolean> disconnect(
      ClientKey client, Goodbye goodbye, Duration timeout) {
    return requests.disconnect(client, goodbye, timeout);
  }

  /**
   * What the client's entity knows of it; what could not be asked in time reads as nothing.
   *
   * @param commandId only this one; empty for all
   * @return never completed exceptionally
   */
  public CompletableFuture<ClientView> inspect(
      ClientKey client, String commandId, Duration timeout) {
    return requests.inspect(client, commandId, timeout);
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
        nodes.hosts(),
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
    return gate.refusal(service, command);
  }

  /**
   * Observes the sends of this node's senders from now on.
   *
   * @return ends it
   */
  public Runnable observe(SendObserver observer) {
    return requests.observe(observer);
  }

  /** Tells the observers of a send that never was one. */
  public void refused(SendObserver.Refused send) {
    requests.refused(send);
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
      sessions.goodbye(
          service, Goodbye.of(Goodbye.Cause.DISCONNECTED, "the service was taken off this node"));
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
    return nodes.all();
  }

  /** What the entities of this node have to do, as of now. */
  public Load load() {
    return presence.load();
  }

  /** How many streams this node holds. */
  public int openStreams() {
    return sessions.size();
  }

  /** To how many other nodes this one speaks over a {@link Trunk}. */
  public int trunks() {
    return trunks.count();
  }

  /** Why this node is cut off from its cluster; null where it is not. */
  public @Nullable String cutOff() {
    return gate.cutOff();
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

  // ---- other nodes --------------------------------------------------------------------------

  /** What trunks of this node have to know. */
  public Trunks.Listener trunkListener() {
    return new Trunks.Listener() {
      @Override
      public String node() {
        return node;
      }

      @Override
      public void take(byte[] batch) throws IOException {
        gateway.tell(BatchBytes.read(batch));
      }

      @Override
      public void broken() {
        askAgain();
      }
    };
  }

  /** Speaks to other nodes over these from now on, as far as there are any. */
  public void use(Trunks given) {
    trunks.use(given);
  }

  // ---- for the entities and sessions --------------------------------------------------------

  /** To the client's entity: told directly where it is on this node, through the region else. */
  void route(ClientConnection.Request request) {
    requests.route(request);
  }

  Requests requests() {
    return requests;
  }

  FleetRoutes fleetRoutes() {
    return fleetRoutes;
  }

  void routeThroughRegion(ClientConnection.Request request) {
    region.route(request);
  }

  /**
   * @param takesBatches whether the stream's node understands {@link Gateway.Batch}
   */
  Downlink downlink(StreamRef ref, boolean takesBatches) {
    if (!ref.node().equals(node)) {
      Consumer<Gateway.Message> gateway =
          takesBatches ? gateways.post(ref.node())::tell : gateways.of(ref.node())::tell;
      return new RemoteDownlink(ref, gateway, limit.payloadBytes(), sharedPayloads);
    }
    ClientSession session = sessions.find(ref);
    return session == null ? new GoneDownlink(ref) : session;
  }

  /**
   * @param takesBatches whether the entity's node understands {@link Gateway.Batch}
   */
  EntityLine line(ActorRef<ClientConnection.Message> entity, boolean takesBatches) {
    EntityLine straight = EntityLine.to(entity);
    return takesBatches && straight.isRemote()
        ? new EntityLine(entity, gateways.post(straight.node()), refs.toSerializationFormat(entity))
        : straight;
  }

  ServiceSettings settingsOf(String service) {
    ServiceCatalog.Entry entry = services.find(service);
    return entry == null ? settings.defaults() : entry.settings();
  }

  Reception reception() {
    return reception;
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
    askingAgain.begin();
  }

  private void sweep() {
    sends.sweep();
    askingAgain.sweep();
    legacies.sweep();
    sharedPayloads.sweep();
    feeds.sweep();
    List<String> others = nodes.otherHosts();
    shortcuts.retain(others);
    gateways.offerTrunks(others);
  }

  /** Whether, of a node that stops, commands find their way to an entity on another. */
  boolean routesElsewhere() {
    return region.routesElsewhere();
  }

  ClusterNodes nodes() {
    return nodes;
  }

  Shortcuts shortcuts() {
    return shortcuts;
  }

  Legacies legacies() {
    return legacies;
  }

  ShardMoves shardMoves() {
    return shardMoves;
  }

  FrameLimit limit() {
    return limit;
  }

  InstantSource clock() {
    return clock;
  }
}
