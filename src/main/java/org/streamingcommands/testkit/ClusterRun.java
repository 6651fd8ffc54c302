package org.streamingcommands.testkit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.streamingcommands.agent.Agent;
import org.streamingcommands.client.CommandClientSettings;
import org.streamingcommands.client.RemoteConnections;
import org.streamingcommands.command.ClientKey;

/**
 * A run against real nodes: clients that may dial every edge, senders inside the cluster and
 * outside of it, and meanwhile a scenario that stops, kills and pauses nodes. Then the check of
 * every promise over what happened. Clients and senders are in this JVM, so that one clock and one
 * history see all of it.
 */
public final class ClusterRun {
  /** A second after a deadline, and what the machine needs. */
  private static final Duration LAST_ENDS = Duration.ofSeconds(10);

  private static final String LOCAL_NAME = "local-";
  private static final Duration CONNECTS = Duration.ofSeconds(60);

  private final ClusterSettings settings;
  private final NodeCluster nodes;
  private final String service;
  private final History history = new History();
  private final Dice dice;
  private final Sends underWay = new Sends();
  private final List<ClusterClient> clients = new ArrayList<>();
  private final List<ClusterSender> senders = new ArrayList<>();

  private ClusterRun(ClusterSettings settings, NodeCluster nodes, String service) {
    this.settings = settings;
    this.nodes = nodes;
    this.service = service;
    this.dice = new Dice(settings.seed());
  }

  /**
   * Runs to the end of the scenario and of every send.
   *
   * @param memberSettings of the member that sends, by key
   * @param losesNodes whether the scenario loses what is under way to a node: that is asked for
   *     again and comes after what was sent meanwhile. Else, what one member sends stays in order
   */
  public static ClusterReport run(
      ClusterSettings settings,
      NodeCluster nodes,
      String service,
      Map<String, String> memberSettings,
      boolean losesNodes,
      Consumer<ClusterRun> scenario) {
    return new ClusterRun(settings, nodes, service).run(memberSettings, losesNodes, scenario);
  }

  private ClusterReport run(
      Map<String, String> memberSettings, boolean losesNodes, Consumer<ClusterRun> scenario) {
    try (StallMeter stalls = new StallMeter(history);
        HandOverMeter handOvers = new HandOverMeter(nodes.apis());
        ClusterMember member = new ClusterMember(nodes, service, memberSettings)) {
      connectClients();
      List<Thread> threads = startSenders(member);
      pass(Duration.ofSeconds(2));
      scenario.accept(this);
      pass(Duration.ofSeconds(3));
      senders.forEach(ClusterSender::stop);
      for (Thread thread : threads) {
        join(thread);
      }
      ChaosRun.until(settings.timeout().plus(LAST_ENDS), underWay::isEmpty);
      // Clients are not followed by listings, so that their death has no bound to be held to. What
      // a remote sender asks another node for may overtake: it is counted.
      List<Violation> violations =
          new HistoryChecker(Duration.ofHours(1))
              .overNodes(sender -> !losesNodes && sender.startsWith(LOCAL_NAME))
              .check(history);
      return ClusterReport.of(settings, history, clients, stalls, handOvers, violations);
    } finally {
      clients.stream()
          .map(ClusterClient::agent)
          .map(Agent::closeAsync)
          .toList()
          .forEach(ClusterRun::await);
      RemoteConnections.closeAll();
    }
  }

  private void connectClients() {
    for (int i = 0; i < settings.clients(); i++) {
      clients.add(new ClusterClient(ClientKey.of(service, "c" + i), history, nodes.edges()));
    }
    clients.forEach(client -> await(client.agent().connected()));
  }

  private List<Thread> startSenders(ClusterMember member) {
    ClusterWay local = ClusterWay.local(member.connections());
    ClusterWay remote = ClusterWay.remote(CommandClientSettings.of(String.join(",", nodes.apis())));
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < settings.senders(); i++) {
      boolean isLocal = i % 2 == 0;
      ClusterSender sender =
          new ClusterSender(
              (isLocal ? LOCAL_NAME : "remote-") + i,
              isLocal ? local : remote,
              settings,
              clients,
              history,
              underWay,
              dice.split());
      senders.add(sender);
      threads.add(new Thread(sender));
    }
    threads.forEach(Thread::start);
    return threads;
  }

  /** For the scenario. */
  public NodeCluster nodes() {
    return nodes;
  }

  /** Lets the load go on for a while. */
  public void pass(Duration time) {
    try {
      TimeUnit.NANOSECONDS.sleep(time.toNanos());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** From now on, what clients say may not arrive and nobody tells them. */
  public void disturbed(String how) {
    clients.forEach(client -> history.linkDisturbed(client.id(), client.name(), how));
  }

  /** That is over. */
  public void healed() {
    clients.forEach(client -> history.linkHealed(client.id(), client.name()));
  }

  /** Waits until every client is connected. */
  public boolean awaitClients() {
    return ChaosRun.until(
        CONNECTS, () -> clients.stream().allMatch(client -> client.agent().connected().isDone()));
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void await(CompletableFuture<?> future) {
    future.orTimeout(CONNECTS.toSeconds(), TimeUnit.SECONDS).join();
  }
}
