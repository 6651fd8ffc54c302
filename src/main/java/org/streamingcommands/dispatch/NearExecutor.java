package org.streamingcommands.dispatch;

import com.typesafe.config.Config;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.ThreadFactory;
import org.apache.pekko.dispatch.DispatcherPrerequisites;
import org.apache.pekko.dispatch.ExecutorServiceConfigurator;
import org.apache.pekko.dispatch.ExecutorServiceFactory;

/**
 * A dispatcher's executor that keeps work near: an actor that is told by another one runs next on
 * the same thread, see {@link NearPool}. For a dispatcher by {@code executor =
 * "org.streamingcommands.dispatch.NearExecutor"}, with its settings in {@code near-executor}; made
 * by Pekko. All such dispatchers of one ActorSystem share one pool: the first of them says how many
 * threads it has.
 */
public final class NearExecutor extends ExecutorServiceConfigurator {
  /** By what is one and the same for all dispatchers of a system, and for no other's. */
  private static final Map<Object, NearPool> POOLS = new WeakHashMap<>();

  private final Object system;
  private final int threads;
  private final boolean waits;

  public NearExecutor(Config config, DispatcherPrerequisites prerequisites) {
    super(config, prerequisites);
    Config own = config.getConfig("near-executor");
    system = prerequisites.settings();
    threads = threads(own, Runtime.getRuntime().availableProcessors());
    waits = own.getBoolean("waits");
  }

  static int threads(Config config, int processors) {
    int least = config.getInt("parallelism-min");
    int most = config.getInt("parallelism-max");
    int wanted = (int) Math.ceil(processors * config.getDouble("parallelism-factor"));
    // One may wait for a socket; another has to be there for the rest.
    if (least < 2 || most < least) {
      throw new IllegalArgumentException(
          "near-executor: parallelism-min must be at least 2 and parallelism-max no less, are %d"
                  .formatted(least)
              + " and %d".formatted(most));
    }
    return Math.max(least, Math.min(wanted, most));
  }

  @Override
  public ExecutorServiceFactory createExecutorServiceFactory(String id, ThreadFactory factory) {
    return () -> new NearExecutorService(shared(factory), waits);
  }

  private NearPool shared(ThreadFactory factory) {
    synchronized (POOLS) {
      NearPool known = POOLS.get(system);
      if (known == null || !known.enter()) {
        known = new NearPool(threads, factory);
        POOLS.put(system, known);
      }
      return known;
    }
  }
}
