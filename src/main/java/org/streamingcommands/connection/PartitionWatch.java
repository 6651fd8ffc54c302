package org.streamingcommands.connection;

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

  private final SurvivalRule rule;
  private final UniqueAddress self;
  private final Consumer<@Nullable String> onChange;
  private final Set<Member> members = new HashSet<>();
  private final Set<UniqueAddress> unreachable = new HashSet<>();
  private boolean isSelfUnreachable;
  private @Nullable String problem;

  /**
   * @param onChange told why this node is cut off, and null once it is not
   */
  static Behavior<ClusterEvent.ClusterDomainEvent> create(Consumer<@Nullable String> onChange) {
    return Behaviors.setup(context -> new PartitionWatch(context, onChange));
  }

  private PartitionWatch(
      ActorContext<ClusterEvent.ClusterDomainEvent> context, Consumer<@Nullable String> onChange) {
    super(context);
    this.rule =
        SurvivalRule.from(context.getSystem().settings().config().getConfig("pekko.cluster"));
    Cluster cluster = Cluster.get(context.getSystem());
    this.self = cluster.selfMember().uniqueAddress();
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

  /**
   * Two that cannot reach each other, while a third hears of it from both, are no proof of a side
   * of their own: the resolver takes those two out and counts on without them.
   */
  private Behavior<ClusterEvent.ClusterDomainEvent> onObservations(
      ClusterEvent.ReachabilityChanged event) {
    List<Reachability.Record> records = new ArrayList<>();
    for (Reachability.Record seen : CollectionConverters.asJava(event.reachability().records())) {
      if (seen.status() != Reachability.Reachable$.MODULE$) {
        records.add(seen);
      }
    }
    Set<UniqueAddress> subjects = new HashSet<>();
    Set<UniqueAddress> both = new HashSet<>();
    records.forEach(seen -> subjects.add(seen.subject()));
    records.stream()
        .map(Reachability.Record::observer)
        .filter(subjects::contains)
        .forEach(both::add);
    isSelfUnreachable = subjects.contains(self);
    unreachable.clear();
    for (Reachability.Record seen : records) {
      if (!both.contains(seen.observer()) || !both.contains(seen.subject())) {
        unreachable.add(seen.subject());
      }
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
    if (isSelfUnreachable) {
      return "another node of the cluster cannot reach this one";
    }
    List<SurvivalRule.Peer> peers = new ArrayList<>();
    for (Member member : byAddress()) {
      if (COUNTED.contains(member.status())
          && (rule.role().isEmpty() || member.hasRole(rule.role()))) {
        peers.add(
            new SurvivalRule.Peer(
                member.upNumber(), !unreachable.contains(member.uniqueAddress())));
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
