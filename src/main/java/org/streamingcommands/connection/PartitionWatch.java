package org.streamingcommands.connection;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.apache.pekko.cluster.ClusterEvent;
import org.apache.pekko.cluster.Member;
import org.apache.pekko.cluster.MemberStatus;
import org.apache.pekko.cluster.Reachability;
import org.apache.pekko.cluster.UniqueAddress;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.Subscribe;
import org.jspecify.annotations.Nullable;
import scala.jdk.javaapi.CollectionConverters;

/**
 * Notices that this node is cut off from the part of the cluster that goes on without it: it
 * reaches too few of the others, or one of them cannot reach it. One per node.
 */
final class PartitionWatch extends AbstractBehavior<ClusterEvent.ClusterDomainEvent> {
  private static final Set<MemberStatus> COUNTED =
      Set.of(MemberStatus.up(), MemberStatus.leaving());

  private static final String LOOK_AGAIN = "look again";

  private final SurvivalRule rule;
  private final TimerScheduler<ClusterEvent.ClusterDomainEvent> timers;
  private final Consumer<@Nullable String> onChange;
  private final Set<Member> members = new HashSet<>();
  private final Sightings<UniqueAddress> sightings;
  private @Nullable String problem;

  /**
   * @param onChange told why this node is cut off, and null once it is not
   */
  static Behavior<ClusterEvent.ClusterDomainEvent> create(Consumer<@Nullable String> onChange) {
    return Behaviors.setup(
        context -> Behaviors.withTimers(timers -> new PartitionWatch(context, timers, onChange)));
  }

  private PartitionWatch(
      ActorContext<ClusterEvent.ClusterDomainEvent> context,
      TimerScheduler<ClusterEvent.ClusterDomainEvent> timers,
      Consumer<@Nullable String> onChange) {
    super(context);
    this.rule =
        SurvivalRule.from(context.getSystem().settings().config().getConfig("pekko.cluster"));
    Cluster cluster = Cluster.get(context.getSystem());
    this.sightings = new Sightings<>(cluster.selfMember().uniqueAddress());
    this.timers = timers;
    this.onChange = onChange;
    // All of them: the one that the resolver goes by, who cannot reach whom, has no public name.
    cluster
        .subscriptions()
        .tell(Subscribe.create(context.getSelf(), ClusterEvent.ClusterDomainEvent.class));
  }

  @Override
  public Receive<ClusterEvent.ClusterDomainEvent> createReceive() {
    return newReceiveBuilder()
        .onMessage(ClusterEvent.MemberEvent.class, this::onMember)
        .onMessage(ClusterEvent.ReachabilityChanged.class, this::onObservations)
        .onAnyMessage(other -> this)
        .build();
  }

  private Behavior<ClusterEvent.ClusterDomainEvent> onMember(ClusterEvent.MemberEvent event) {
    Member member = event.member();
    // Equal by address, so that the newest state takes the older one's place.
    members.remove(member);
    if (!(event instanceof ClusterEvent.MemberRemoved)) {
      members.add(member);
    }
    return judge();
  }

  private Behavior<ClusterEvent.ClusterDomainEvent> onObservations(
      ClusterEvent.ReachabilityChanged event) {
    List<Sightings.Seen<UniqueAddress>> seen = new ArrayList<>();
    for (Reachability.Record one : CollectionConverters.asJava(event.reachability().records())) {
      if (one.status() != Reachability.Reachable$.MODULE$) {
        seen.add(new Sightings.Seen<>(one.observer(), one.subject()));
      }
    }
    long now = System.currentTimeMillis();
    sightings.update(seen, members.size(), now);
    if (sightings.isSelfInDoubt(now)) {
      // Nothing else would bring it up again.
      timers.startSingleTimer(LOOK_AGAIN, event, Duration.ofMillis(Sightings.HOLD_MILLIS + 50));
    } else {
      timers.cancel(LOOK_AGAIN);
    }
    return judge();
  }

  private Behavior<ClusterEvent.ClusterDomainEvent> judge() {
    String now = problem();
    if (!Objects.equals(now, problem)) {
      problem = now;
      if (now == null) {
        getContext().getLog().info("This node is in touch with its cluster again");
      } else {
        getContext().getLog().warn("Sends are refused: {}", now);
      }
      onChange.accept(now);
    }
    return this;
  }

  private @Nullable String problem() {
    if (sightings.isSelfUnreachable(System.currentTimeMillis())) {
      return "another node of the cluster cannot reach this one";
    }
    List<SurvivalRule.Peer> peers = new ArrayList<>();
    for (Member member : byAddress()) {
      if (COUNTED.contains(member.status())
          && (rule.role().isEmpty() || member.hasRole(rule.role()))) {
        peers.add(
            new SurvivalRule.Peer(
                member.upNumber(), !sightings.isUnreachable(member.uniqueAddress())));
      }
    }
    return rule.problem(peers);
  }

  private Set<Member> byAddress() {
    Set<Member> sorted = new TreeSet<>(Member.ordering());
    sorted.addAll(members);
    return sorted;
  }
}
