package org.streamingcommands.client;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.streamingcommands.connection.StreamThread;

/**
 * A future that says so where someone waits for it on a thread that reads clients' streams: the
 * answer would come on that very thread, and never. As Netty does with its own futures. It is the
 * same for what is derived from it.
 */
final class Answer<T> extends CompletableFuture<T> {

  @Override
  public T join() {
    checkMayBlock();
    return super.join();
  }

  @Override
  public T get() throws InterruptedException, ExecutionException {
    checkMayBlock();
    return super.get();
  }

  @Override
  public T get(long timeout, TimeUnit unit)
      throws InterruptedException, ExecutionException, TimeoutException {
    checkMayBlock();
    return super.get(timeout, unit);
  }

  @Override
  public <U> CompletableFuture<U> newIncompleteFuture() {
    return new Answer<>();
  }

  private void checkMayBlock() {
    if (!isDone() && StreamThread.isCurrent()) {
      throw new IllegalStateException(
          "waiting for an answer on the thread that has to bring it: use thenCompose in place of"
              + " join, or thenApplyAsync with an executor of yours");
    }
  }
}
