package org.streamingcommands.connection;

import com.typesafe.config.Config;
import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.dispatch.DispatcherPrerequisites;
import org.apache.pekko.dispatch.ExecutorServiceConfigurator;
import org.apache.pekko.dispatch.ExecutorServiceFactory;
import org.apache.pekko.dispatch.ForkJoinExecutorConfigurator;
import org.streamingcommands.dispatch.NearPool;

/**
 * Where entities run: on the thread of their client's stream where the message comes from there or
 * is told by {@link StreamThread#tell}, and on a pool of their own otherwise. Still one thread at a
 * time for each, as for every actor. Named by {@code streaming-commands.entity-dispatcher} and made
 * by Pekko.
 */
public final class EntityExecutor extends ExecutorServiceConfigurator {
  private final ForkJoinExecutorConfigurator pool;

  public EntityExecutor(Config config, DispatcherPrerequisites prerequisites) {
    super(config, prerequisites);
    pool = new ForkJoinExecutorConfigurator(config.getConfig("fork-join-executor"), prerequisites);
  }

  @Override
  public ExecutorServiceFactory createExecutorServiceFactory(String id, ThreadFactory threads) {
    ExecutorServiceFactory factory = pool.createExecutorServiceFactory(id, threads);
    return () -> new OnStreamThreads(factory.createExecutorService());
  }

  private static final class OnStreamThreads extends AbstractExecutorService {
    private final ExecutorService pool;

    OnStreamThreads(ExecutorService pool) {
      this.pool = pool;
    }

    @Override
    public void execute(Runnable task) {
      if (!StreamThread.run(task) && !NearPool.stay(task)) {
        pool.execute(task);
      }
    }

    @Override
    public void shutdown() {
      pool.shutdown();
    }

    @Override
    public List<Runnable> shutdownNow() {
      return pool.shutdownNow();
    }

    @Override
    public boolean isShutdown() {
      return pool.isShutdown();
    }

    @Override
    public boolean isTerminated() {
      return pool.isTerminated();
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
      return pool.awaitTermination(timeout, unit);
    }
  }
}
