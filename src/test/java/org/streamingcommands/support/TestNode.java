package org.streamingcommands.support;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.Join;
import org.streamingcommands.command.ClientKey;
import org.streamingcommands.command.Command;
import org.streamingcommands.command.Priority;
import org.streamingcommands.connection.Connections;
import org.streamingcommands.connection.ServiceCatalog;
import org.streamingcommands.connection.ServiceObserver;
import org.streamingcommands.connection.ServiceSettings;
import org.streamingcommands.edge.EdgeServer;
import org.streamingcommands.edge.EdgeSettings;
import org.streamingcommands.edge.http2.EventLoops;
import org.streamingcommands.security.ListenerSecurity;
import org.streamingcommands.testkit.ScriptedClient;
import org.streamingcommands.trunk.NodeTrunks;
import org.streamingcommands.trunk.TrunkSettings;

/** A node with an edge, on loopback and free ports, that serves "bots". */
public final class TestNode implements AutoCloseable {
  public static final Duration PATIENCE = Duration.ofSeconds(90);
  public static final String SERVICE = "bots";

  private final ActorSystem<Void> system;
  private final Connections connections;
  private final EventLoops threads;
  private final EdgeServer edge;
  private final Optional<NodeTrunks> trunks;

  /** With settings on top of the defaults, such as {@code connection.queue-size = 2}. */
  public static TestNode start(String... overrides) {
    return start(ServiceObserver.NONE, overrides);
  }

  public static TestNode start(ServiceObserver observer, String... overrides) {
    return start(observer, config(overrides));
  }

  /** A node of a configuration of its own. */
  public static TestNode start(ServiceObserver observer, Config config) {
    try {
      return new TestNode(observer, config, null);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Another node of this one's cluster; returns once it is up. */
  public TestNode join(Config config) {
    try {
      TestNode joined = new TestNode(ServiceObserver.NONE, config, this);
      CompletableFuture<Void> up = new CompletableFuture<>();
      org.apache.pekko.cluster.Cluster.get(joined.system.classicSystem())
          .registerOnMemberUp(() -> up.complete(null));
      await(up);
      return joined;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /**
   * The configuration of a test's node. It has no trunks unless it is told to: what is said between
   * nodes of one JVM is to be lost by LossySerializer and Partition, which work on remoting.
   */
  public static Config config(String... overrides) {
    StringBuilder own = new StringBuilder();
    for (String override : overrides) {
      own.append("streaming-commands.").append(override).append('\n');
    }
    return ConfigFactory.parseString(own.toString())
        .withFallback(
            ConfigFactory.parseString(
                """
                streaming-commands.edge.port = 0
                streaming-commands.api.port = 0
                streaming-commands.trunk.enabled = off
                streaming-commands.edge.stop-timeout = 200 ms
                streaming-commands.api.stop-timeout = 200 ms
                pekko.loglevel = WARNING
                pekko.stdout-loglevel = WARNING
                pekko.cluster.jmx.multi-mbeans-in-same-jvm = on
                pekko.coordinated-shutdown.run-by-jvm-shutdown-hook = off
                """))
        .withFallback(ConfigFactory.parseResources("node.conf"))
        .withFallback(ConfigFactory.load())
        .resolve();
  }

  private TestNode(ServiceObserver observer, Config config, TestNode first) throws IOException {
    system = ActorSystem.create(Behaviors.empty(), "test", config);
    Cluster cluster = Cluster.get(system);
    Cluster joined = first == null ? cluster : Cluster.get(first.system);
    cluster.manager().tell(new Join(joined.selfMember().address()));
    connections = Connections.get(system);
    ServiceSettings settings = connections.settings().defaults();
    connections.declare(new ServiceCatalog.Entry(SERVICE, settings, observer));
    EdgeSettings edgeSettings = EdgeSettings.from(config.getConfig("streaming-commands.edge"));
    threads = EdgeServer.threads(edgeSettings.eventLoops());
    edge =
        EdgeServer.start(
            edgeSettings,
            connections,
            ListenerSecurity.of(config.getConfig("streaming-commands"), "edge", "127.0.0.1"),
            threads);
    trunks = trunks(TrunkSettings.from(config.getConfig("streaming-commands.trunk")));
  }

  private Optional<NodeTrunks> trunks(TrunkSettings settings) throws IOException {
    if (!settings.enabled()) {
      return Optional.empty();
    }
    NodeTrunks made =
        NodeTrunks.start(
            (ExtendedActorSystem) system.classicSystem(),
            settings,
            connections.trunkListener(),
            threads.group(),
            threads.channelType());
    connections.use(made);
    return Optional.of(made);
  }

  public ActorSystem<Void> system() {
    return system;
  }

  public Connections connections() {
    return connections;
  }

  /** Only where its configuration turns them on. */
  public NodeTrunks trunks() {
    return trunks.orElseThrow();
  }

  public InetSocketAddress edgeAddress() {
    return edge.address();
  }

  /** A scripted client that has said hello and was welcomed. */
  public ScriptedClient connect(String clientId) {
    ScriptedClient client = dial();
    client.hello(SERVICE, clientId);
    client.awaitWelcome();
    return client;
  }

  /** A scripted client that has said nothing. */
  public ScriptedClient dial() {
    return ScriptedClient.dial(edgeAddress());
  }

  /** Sends and records what becomes of it. */
  public Heard send(String clientId, Command command) {
    Heard heard = new Heard();
    connections.send(ClientKey.of(SERVICE, clientId), command, true, heard);
    return heard;
  }

  public static Command command(String id, String text) {
    return command(id, text, Duration.ofSeconds(30));
  }

  public static Command command(String id, String text, Duration timeout) {
    return new Command(
        id,
        com.google.protobuf.Any.pack(com.google.protobuf.StringValue.of(text)),
        Instant.now().plus(timeout),
        Priority.NORMAL,
        "",
        Map.of());
  }

  /** Waits with the tests' patience; fails with what the future failed with. */
  public static <T> T await(CompletableFuture<T> future) {
    try {
      return future.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (Exception e) {
      throw new AssertionError("did not come: " + e, e);
    }
  }

  @Override
  public void close() {
    connections.drainNow();
    edge.stop();
    trunks.ifPresent(NodeTrunks::close);
    threads.stop();
    system.terminate();
    await(system.getWhenTerminated().toCompletableFuture());
  }
}
