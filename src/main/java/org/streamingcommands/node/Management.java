package org.streamingcommands.node;

import com.typesafe.config.Config;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.http.javadsl.model.Uri;
import org.apache.pekko.management.cluster.bootstrap.ClusterBootstrap;
import org.apache.pekko.management.javadsl.PekkoManagement;

/**
 * The listener of whatever runs the nodes: /alive, /ready, /cluster/members, and what nodes that
 * look for each other ask. Off unless {@code streaming-commands.management} says otherwise.
 */
final class Management {
  private static final String SECTION = "streaming-commands.management";
  private static final String HOST = "pekko.management.http.hostname";

  private final ActorSystem<?> system;
  private final boolean isEnabled;
  private final boolean bootstraps;

  /**
   * @throws IllegalArgumentException naming the key that does not go with another
   */
  Management(ActorSystem<?> system) {
    this.system = system;
    Config config = system.settings().config();
    this.isEnabled = config.getBoolean(SECTION + ".enabled");
    this.bootstraps = config.getBoolean(SECTION + ".bootstrap");
    check(config);
  }

  /**
   * @throws IllegalArgumentException naming the key that does not go with another
   */
  static void check(Config config) {
    boolean isEnabled = config.getBoolean(SECTION + ".enabled");
    boolean bootstraps = config.getBoolean(SECTION + ".bootstrap");
    if (bootstraps && !isEnabled) {
      throw new IllegalArgumentException(
          SECTION + ".bootstrap needs " + SECTION + ".enabled: nodes find each other through it");
    }
    if (bootstraps && !config.getList("pekko.cluster.seed-nodes").isEmpty()) {
      throw new IllegalArgumentException(
          SECTION + ".bootstrap and pekko.cluster.seed-nodes exclude each other: set one");
    }
    if (isEnabled && config.getString(HOST).equals("<hostname>")) {
      throw new IllegalArgumentException(
          HOST + ": must be set, such as to 127.0.0.1; its default is open to the network");
    }
  }

  boolean isEnabled() {
    return isEnabled;
  }

  /** Whether it finds the nodes to form a cluster with. */
  boolean bootstraps() {
    return bootstraps;
  }

  /**
   * Listens, and begins to look for the others where it bootstraps.
   *
   * @return where it listens
   * @throws IllegalArgumentException where other machines could reach it and nobody said they may
   */
  CompletableFuture<InetSocketAddress> start() {
    NodeLinks.checkManagement(system.settings().config());
    CompletableFuture<InetSocketAddress> listening = new CompletableFuture<>();
    PekkoManagement.get(system)
        .start()
        .whenComplete(
            (uri, error) -> {
              if (error != null) {
                listening.completeExceptionally(
                    new IllegalStateException("pekko.management.http: cannot listen", error));
                return;
              }
              if (bootstraps) {
                ClusterBootstrap.get(system).start();
              }
              listening.complete(address(uri));
            });
    return listening;
  }

  private static InetSocketAddress address(Uri uri) {
    return new InetSocketAddress(uri.getHost().address(), uri.getPort());
  }
}
