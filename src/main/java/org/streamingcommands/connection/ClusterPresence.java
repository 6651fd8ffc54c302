package org.streamingcommands.connection;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.SupervisorStrategy;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.jspecify.annotations.Nullable;
import org.streamingcommands.command.ClientKey;

/**
 * Who comes and goes on all nodes, for those who watch on this one. One per node. While somebody
 * watches it has a subscription at each node's gateway and keeps the whole picture; else nothing.
 * Where a message of a node is missed, it begins there anew. Lost with it is nothing that it could
 * not ask for again.
 */
final class ClusterPresence extends AbstractBehavior<ClusterPresence.Message> {
  /** How long a node may take before those who watch are told without it. */
  private static final long PATIENCE_MILLIS = 3_000;

  private static final Duration TICK = Duration.ofMillis(250);

  /** Everything that it understands. */
  sealed interface Message {}

  /** From this node or another. */
  sealed interface FromNode extends Message, ClusterMessage {
    String node();

    long subscription();

    long sequence();
  }

  /** Some of those who were connected at the beginning. */
  record WatchSnapshot(
      String node, long subscription, long sequence, List<ConnectedClient> clients, boolean last)
      implements FromNode {}

  /**
   * What changed.
   *
   * @param client null where nothing did
   */
  record WatchEvent(
      String node,
      long subscription,
      long sequence,
      PresenceBoard.Change change,
      @Nullable ConnectedClient client)
      implements FromNode {}

  /** Somebody watches from now on. */
  record Begin(Watcher watcher) implements Message {}

  /** Somebody watches no more. */
  record End(Watcher watcher) implements Message {}

  private enum Tick implements Message {
    INSTANCE
  }

  /** Who watches on this node. */
  static final class Watcher {
    private final Consumer<ClusterListing> snapshot;
    private final Consumer<PresenceEvent> changes;
    private boolean isTold;

    Watcher(Consumer<ClusterListing> snapshot, Consumer<PresenceEvent> changes) {
      this.snapshot = snapshot;
      this.changes = changes;
    }
  }

  /** The watch at one node. */
  private static final class Source {
    long subscription;
    long heard;
    long renewedMillis;
    final Set<ClientKey> listed = new HashSet<>();
    boolean isWhole;
  }

  private final TimerScheduler<Message> timers;
  private final Gateways gateways;
  private final Supplier<Set<String>> nodes;
  private final List<Watcher> watchers = new ArrayList<>();
  private final Map<String, Source> sources = new HashMap<>();
  private PresenceStory story = newStory();
  private long beganMillis;
  private long lastSubscription = System.currentTimeMillis() << 20;

  /**
   * @param nodes those that host entities, as of now
   */
  static Behavior<Message> create(Gateways gateways, Supplier<Set<String>> nodes) {
    Behavior<Message> presence =
        Behaviors.setup(
            context ->
                Behaviors.withTimers(
                    timers -> new ClusterPresence(context, timers, gateways, nodes)));
    // What it missed in a failure it notices as any other gap.
    return Behaviors.supervise(presence).onFailure(SupervisorStrategy.resume());
  }

  private ClusterPresence(
      ActorContext<Message> context,
      TimerScheduler<Message> timers,
      Gateways gateways,
      Supplier<Set<String>> nodes) {
    super(context);
    this.timers = timers;
    this.gateways = gateways;
    this.nodes = nodes;
  }

  @Override
  public Receive<Message> createReceive() {
    return newReceiveBuilder()
        .onMessage(WatchEvent.class, this::onEvent)
        .onMessage(WatchSnapshot.class, this::onSnapshot)
        .onMessage(Begin.class, this::onBegin)
        .onMessage(End.class, this::onEnd)
        .onMessageEquals(Tick.INSTANCE, this::onTick)
        .build();
  }

  private Behavior<Message> onBegin(Begin begin) {
    if (watchers.isEmpty()) {
      beganMillis = now();
      timers.startTimerWithFixedDelay(Tick.INSTANCE, Tick.INSTANCE, TICK);
    }
    watchers.add(begin.watcher());
    followNodes();
    return tellThoseWhoWait();
  }

  private Behavior<Message> onEnd(End end) {
    if (watchers.remove(end.watcher()) && watchers.isEmpty()) {
      timers.cancel(Tick.INSTANCE);
      sources.forEach(this::unwatch);
      sources.clear();
      story = newStory();
    }
    return this;
  }

  private Behavior<Message> onTick() {
    followNodes();
    for (Map.Entry<String, Source> source : sources.entrySet()) {
      if (now() - source.getValue().renewedMillis >= PresenceFeeds.RENEW_MILLIS) {
        watch(source.getKey(), source.getValue());
      }
    }
    story.sweep(now());
    return tellThoseWhoWait();
  }

  // ---- the nodes ------------------------------------------------------------------------------

  private void followNodes() {
    Set<String> present = nodes.get();
    for (String node : List.copyOf(sources.keySet())) {
      if (!present.contains(node)) {
        sources.remove(node);
        story.nodeGone(node, now());
      }
    }
    for (String node : present) {
      if (!sources.containsKey(node)) {
        Source source = new Source();
        sources.put(node, source);
        beginAnew(node, source);
      }
    }
  }

  private void beginAnew(String node, Source source) {
    source.subscription = ++lastSubscription;
    source.heard = 0;
    source.listed.clear();
    watch(node, source);
  }

  private void watch(String node, Source source) {
    source.renewedMillis = now();
    gateways.of(node).tell(new Gateway.Watch(getContext().getSelf().narrow(), source.subscription));
  }

  private void unwatch(String node, Source source) {
    gateways
        .of(node)
        .tell(new Gateway.Unwatch(getContext().getSelf().narrow(), source.subscription));
  }

  /** Where the message is the next of its watch; else null, and the watch begins anew. */
  private @Nullable Source next(FromNode message) {
    Source source = sources.get(message.node());
    if (source == null || source.subscription != message.subscription()) {
      return null;
    }
    if (message.sequence() != source.heard + 1) {
      unwatch(message.node(), source);
      beginAnew(message.node(), source);
      return null;
    }
    source.heard = message.sequence();
    return source;
  }

  private Behavior<Message> onSnapshot(WatchSnapshot part) {
    Source source = next(part);
    if (source == null) {
      return this;
    }
    for (ConnectedClient client : part.clients()) {
      source.listed.add(client.client());
      story.heard(part.node(), PresenceBoard.Change.CONNECTED, client, now());
    }
    if (part.last()) {
      story.heardAll(part.node(), source.listed, now());
      source.listed.clear();
      source.isWhole = true;
      tellThoseWhoWait();
    }
    return this;
  }

  private Behavior<Message> onEvent(WatchEvent event) {
    ConnectedClient client = event.client();
    if (next(event) != null && client != null) {
      story.heard(event.node(), event.change(), client, now());
    }
    return this;
  }

  // ---- those who watch ------------------------------------------------------------------------

  private Behavior<Message> tellThoseWhoWait() {
    Set<String> silent = new TreeSet<>();
    sources.forEach(
        (node, source) -> {
          if (!source.isWhole) {
            silent.add(node);
          }
        });
    if (!silent.isEmpty() && now() - beganMillis < PATIENCE_MILLIS) {
      return this;
    }
    for (Watcher watcher : watchers) {
      if (!watcher.isTold) {
        watcher.isTold = true;
        ClusterListing listing = new ClusterListing(story.clients(), false, silent, Map.of());
        guarded(() -> watcher.snapshot.accept(listing));
      }
    }
    return this;
  }

  private PresenceStory newStory() {
    return new PresenceStory(ShardMoves.SETTLE_MILLIS, this::tell);
  }

  private void tell(PresenceEvent event) {
    for (Watcher watcher : watchers) {
      if (watcher.isTold) {
        guarded(() -> watcher.changes.accept(event));
      }
    }
  }

  /** One that throws costs itself this piece of news, and the others nothing. */
  private void guarded(Runnable call) {
    try {
      call.run();
    } catch (RuntimeException e) {
      getContext().getLog().error("a watcher of clients threw; what it was told is lost on it", e);
    }
  }

  private static long now() {
    return System.currentTimeMillis();
  }
}
