package org.streamingcommands.testkit;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.streamingcommands.connection.Connections;
import org.streamingcommands.node.StreamingCommands;
import org.streamingcommands.node.StreamingNode;

/** A member of a {@link NodeCluster} in this JVM that hosts nothing and only sends. */
final class ClusterMember implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final ActorSystem<Void> system;
  private final Connections connections;

  /** Joins and waits until it can send to the service. */
  ClusterMember(NodeCluster cluster, String service, Map<String, String> settings) {
    Map<String, String> own = new TreeMap<>(cluster.clustered());
    own.putAll(settings);
    own.put("pekko.cluster.roles.0", "sender");
    own.put("pekko.loglevel", "WARNING");
    own.put("pekko.coordinated-shutdown.run-by-jvm-shutdown-hook", "off");
    system = ActorSystem.create(Behaviors.empty(), "streaming-commands", config(own));
    StreamingCommands.get(system).join().orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
    connections = Connections.get(system);
    if (!ChaosRun.until(PATIENCE, () -> connections.knows(service))) {
      throw new IllegalStateException("no node says that it has " + service);
    }
  }

  private static Config config(Map<String, String> own) {
    StringBuilder text = new StringBuilder();
    own.forEach((key, value) -> text.append("%s = \"%s\"%n".formatted(key, value)));
    return ConfigFactory.parseString(text.toString())
        .withFallback(StreamingNode.config(Optional.empty()))
        .resolve();
  }

  Connections connections() {
    return connections;
  }

  @Override
  public void close() {
    system.terminate();
    system
        .getWhenTerminated()
        .toCompletableFuture()
        .orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS)
        .join();
  }
}
