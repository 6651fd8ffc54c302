package org.streamingcommands.connection;

import com.typesafe.config.Config;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the configured strategy of Pekko's split brain resolver thinks of this side of a cluster
 * while some of it cannot be reached: the same answer, but at once, where the resolver waits for
 * things to be stable before it acts.
 */
final class SurvivalRule {
  private static final String RESOLVER = "SplitBrainResolverProvider";

  /**
   * A member as this node sees it.
   *
   * @param age the lower, the older
   */
  record Peer(int age, boolean isReachable) {}

  private final String strategy;
  private final String role;
  private final int quorum;
  private final boolean downIfAlone;

  private SurvivalRule(String strategy, String role, int quorum, boolean downIfAlone) {
    this.strategy = strategy;
    this.role = role;
    this.quorum = quorum;
    this.downIfAlone = downIfAlone;
  }

  /**
   * @param config the section {@code pekko.cluster}
   */
  static SurvivalRule from(Config config) {
    if (!config.getString("downing-provider-class").endsWith(RESOLVER)) {
      return new SurvivalRule("none", "", 0, false);
    }
    Config resolver = config.getConfig("split-brain-resolver");
    String strategy = resolver.getString("active-strategy");
    return new SurvivalRule(
        strategy,
        strategy.equals("down-all") ? "" : resolver.getString(strategy + ".role"),
        strategy.equals("static-quorum") ? resolver.getInt("static-quorum.quorum-size") : 0,
        strategy.equals("keep-oldest") && resolver.getBoolean("keep-oldest.down-if-alone"));
  }

  /** Only members of this role count; empty: all do. */
  String role() {
    return role;
  }

  /**
   * @param peers those that count, this node among them where it does, by address
   * @return why this side does not go on; null where it does
   */
  @Nullable String problem(List<Peer> peers) {
    int reachable = (int) peers.stream().filter(Peer::isReachable).count();
    int unreachable = peers.size() - reachable;
    if (unreachable == 0 || survives(peers, reachable, unreachable)) {
      return null;
    }
    return "this node reaches %d of the %d nodes of its cluster, which is not enough for %s"
        .formatted(reachable, peers.size(), strategy);
  }

  private boolean survives(List<Peer> peers, int reachable, int unreachable) {
    return switch (strategy) {
      case "none" -> true;
      case "down-all" -> false;
      case "static-quorum" -> reachable >= quorum;
      case "keep-oldest" -> hasOldest(peers, reachable, unreachable);
      default -> reachable == unreachable ? peers.get(0).isReachable() : reachable > unreachable;
    };
  }

  private boolean hasOldest(List<Peer> peers, int reachable, int unreachable) {
    boolean isHere =
        peers.stream().min(Comparator.comparingInt(Peer::age)).orElseThrow().isReachable();
    if (isHere) {
      return !(downIfAlone && reachable == 1 && unreachable >= 2);
    }
    return downIfAlone && unreachable == 1 && reachable >= 2;
  }
}
