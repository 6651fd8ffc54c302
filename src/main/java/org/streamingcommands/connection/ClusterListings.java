package org.streamingcommands.connection;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.pattern.Patterns;
import org.streamingcommands.command.ClientKey;
import org.streamingcommands.command.LabelSelector;

/**
 * Listings over all nodes: each is asked once, through its gateway, for the clients whose entities
 * it hosts. Thread-safe.
 */
final class ClusterListings {
  private static final Comparator<ConnectedClient> IN_ORDER =
      Comparator.comparing(ConnectedClient::client);

  private final ActorSystem<?> system;
  private final String node;
  private final PresenceBoard presence;
  private final Gateways gateways;
  private final FrameLimit limit;

  ClusterListings(
      ActorSystem<?> system,
      String node,
      PresenceBoard presence,
      Gateways gateways,
      FrameLimit limit) {
    this.system = system;
    this.node = node;
    this.presence = presence;
    this.gateways = gateways;
    this.limit = limit;
  }

  /**
   * @param nodes whom to ask
   * @return never completed exceptionally
   */
  CompletableFuture<ClusterListing> list(
      Collection<String> nodes,
      Function<ActorRef<Gateway.ClientsListed>, Gateway.ListClients> question,
      int pageSize,
      Duration timeout) {
    List<CompletableFuture<Gateway.ClientsListed>> answers = new ArrayList<>();
    Set<String> silent = new TreeSet<>(nodes);
    for (String asked : nodes) {
      answers.add(ask(asked, question, timeout));
    }
    return CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new))
        .handle(
            (none, error) -> {
              List<Gateway.ClientsListed> heard = new ArrayList<>();
              for (CompletableFuture<Gateway.ClientsListed> answer : answers) {
                if (!answer.isCompletedExceptionally()) {
                  heard.add(answer.join());
                  silent.remove(answer.join().node());
                }
              }
              return merge(heard, pageSize, silent);
            });
  }

  private CompletableFuture<Gateway.ClientsListed> ask(
      String asked,
      Function<ActorRef<Gateway.ClientsListed>, Gateway.ListClients> question,
      Duration timeout) {
    return PlainAnswer.of(
            Patterns.askWithReplyTo(
                Adapter.toClassic(gateways.of(asked)),
                replyTo -> question.apply(Adapter.toTyped(replyTo)),
                timeout.toMillis()),
            system.executionContext())
        .thenApply(Gateway.ClientsListed.class::cast);
  }

  private static ClusterListing merge(
      List<Gateway.ClientsListed> answers, int pageSize, Set<String> silent) {
    List<ConnectedClient> all = new ArrayList<>();
    // Behind the last of a node that has more, its next could be missing.
    ClientKey end = null;
    for (Gateway.ClientsListed answer : answers) {
      all.addAll(answer.clients());
      if (answer.more() && !answer.clients().isEmpty()) {
        ClientKey last = answer.clients().get(answer.clients().size() - 1).client();
        end = end == null || last.compareTo(end) < 0 ? last : end;
      }
    }
    all.sort(IN_ORDER);
    Map<ClientKey, String> entities = new HashMap<>();
    for (Gateway.ClientsListed answer : answers) {
      if (answer.takesMany()) {
        answer.clients().forEach(client -> entities.put(client.client(), answer.node()));
      }
    }
    List<ConnectedClient> page = new ArrayList<>();
    boolean more = end != null;
    for (ConnectedClient client : all) {
      if (page.size() == pageSize || end != null && client.client().compareTo(end) > 0) {
        more = true;
        break;
      }
      // While an entity moves, two nodes may know of one client; the newer connection counts.
      ConnectedClient former = page.isEmpty() ? null : page.get(page.size() - 1);
      if (former != null && former.client().equals(client.client())) {
        if (former.epoch() < client.epoch()) {
          page.set(page.size() - 1, client);
        }
      } else {
        page.add(client);
      }
    }
    return new ClusterListing(List.copyOf(page), more, Set.copyOf(silent), entities);
  }

  /** This node's part; as much as fits one message between nodes. */
  Gateway.ClientsListed answer(Gateway.ListClients question) {
    LabelSelector selector = LabelSelector.parse(question.selector());
    List<ConnectedClient> found =
        presence.list(
            question.service(),
            client ->
                client.client().clientId().contains(question.search())
                    && selector.matches(client.labels()),
            question.after(),
            question.limit() == Integer.MAX_VALUE ? question.limit() : question.limit() + 1);
    List<ConnectedClient> page = new ArrayList<>();
    long room = limit.payloadBytes();
    for (ConnectedClient client : found) {
      room -= GatewayWire.connected(client).getSerializedSize() + Long.BYTES;
      if (page.size() == question.limit() || room < 0) {
        break;
      }
      page.add(client);
    }
    return new Gateway.ClientsListed(node, page, page.size() < found.size(), true);
  }
}
