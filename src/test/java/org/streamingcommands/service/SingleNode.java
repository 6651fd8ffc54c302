package org.streamingcommands.service;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.Join;
import org.streamingcommands.connection.Connections;

/** A real node of a cluster of one, on a free port. */
public final class SingleNode implements AutoCloseable {
  /** Generous: waits end on events. */
  public static final long SECONDS = 30;

  private static final Config CONFIG =
      ConfigFactory.parseString(
              """
              pekko {
                loglevel = WARNING
                stdout-loglevel = WARNING
                actor.provider = cluster
                remote.artery.canonical { hostname = "127.0.0.1", port = 0 }
                cluster.jmx.multi-mbeans-in-same-jvm = on
                cluster.downing-provider-class = "org.apache.pekko.cluster.sbr.SplitBrainResolverProvider"
                coordinated-shutdown { run-by-jvm-shutdown-hook = off, exit-jvm = off }
                test.single-expect-default = 30 s
              }
              streaming-commands.callback-dispatcher {
                type = Dispatcher
                executor = "thread-pool-executor"
                thread-pool-executor.fixed-pool-size = 4
                throughput = 1
              }
              """)
          .withFallback(ConfigFactory.load());

  private final ActorSystem<Void> system;

  public SingleNode() {
    this("");
  }

  public SingleNode(String config) {
    system =
        ActorSystem.create(
            Behaviors.empty(),
            "node",
            ConfigFactory.parseString(config).withFallback(CONFIG).resolve());
    Cluster cluster = Cluster.get(system);
    cluster.manager().tell(Join.create(cluster.selfMember().address()));
  }

  public ActorSystem<Void> system() {
    return system;
  }

  public Connections connections() {
    return Connections.get(system);
  }

  @Override
  public void close() {
    system.terminate();
    system.getWhenTerminated().toCompletableFuture().orTimeout(SECONDS, TimeUnit.SECONDS).join();
  }
}
