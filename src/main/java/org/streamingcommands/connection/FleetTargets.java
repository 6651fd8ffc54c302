package org.streamingcommands.connection;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.streamingcommands.command.ClientKey;
import org.streamingcommands.command.LabelSelector;
import org.streamingcommands.command.Targets;

/**
 * Whom a send to many is for.
 *
 * @param clientIds in their order
 * @param silent the nodes that did not say whom of theirs the labels choose
 * @param entities the nodes of the clients' entities, by the client's id, as far as they are known
 */
record FleetTargets(List<String> clientIds, Set<String> silent, Map<String, String> entities) {
  /** Read page by page, because a listing describes every client at length. */
  private static final int PAGE = 1000;

  private static final int FEW = 3;

  private static final Duration TIMEOUT = Duration.ofSeconds(3);

  /**
   * @return never completed exceptionally; completed already where this node knows by itself
   */
  static CompletableFuture<FleetTargets> of(Connections connections, FleetPlan plan) {
    if (plan.targets() instanceof Targets.Labels labels) {
      return new Search(connections, plan, labels.selector()).from(null);
    }
    List<String> ids = ((Targets.Ids) plan.targets()).clientIds();
    // For one or two the question would be more than the answer is worth.
    CompletableFuture<Map<String, String>> entities =
        ids.size() < FEW
            ? CompletableFuture.completedFuture(Map.of())
            : connections.fleetRoutes().locate(plan.service(), ids);
    return entities.thenApply(nodes -> without(ids, plan, Set.of(), nodes));
  }

  private static FleetTargets without(
      List<String> ids, FleetPlan plan, Set<String> silent, Map<String, String> entities) {
    return new FleetTargets(
        ids.stream().filter(clientId -> !plan.exclude().contains(clientId)).toList(),
        silent,
        entities);
  }

  private static final class Search {
    private final Connections connections;
    private final FleetPlan plan;
    private final LabelSelector selector;
    private final List<String> ids = new ArrayList<>();
    private final Set<String> silent = new TreeSet<>();
    private final Map<String, String> entities = new HashMap<>();

    Search(Connections connections, FleetPlan plan, LabelSelector selector) {
      this.connections = connections;
      this.plan = plan;
      this.selector = selector;
    }

    CompletableFuture<FleetTargets> from(@Nullable ClientKey after) {
      return connections
          .listAll(plan.service(), selector, "", after, PAGE, TIMEOUT)
          .thenCompose(this::next);
    }

    private CompletableFuture<FleetTargets> next(ClusterListing page) {
      page.clients().forEach(client -> ids.add(client.client().clientId()));
      page.entities().forEach((client, node) -> entities.put(client.clientId(), node));
      silent.addAll(page.silent());
      if (page.more() && !page.clients().isEmpty()) {
        return from(page.clients().get(page.clients().size() - 1).client());
      }
      return CompletableFuture.completedFuture(without(ids, plan, Set.copyOf(silent), entities));
    }
  }
}
