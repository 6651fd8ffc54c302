package org.streamingcommands.connection;

import java.util.concurrent.CompletableFuture;
import scala.concurrent.ExecutionContext;
import scala.concurrent.Future;

/**
 * An actor's answer as a plain future. The stage that Pekko makes of one runs every dependent on
 * the common pool, which on one or two cores starts a thread for each.
 */
final class PlainAnswer {
  private PlainAnswer() {}

  /**
   * @param executor where it completes, and with it what depends on it
   */
  static <T> CompletableFuture<T> of(Future<T> answer, ExecutionContext executor) {
    CompletableFuture<T> plain = new CompletableFuture<>();
    answer.onComplete(
        result ->
            result.isSuccess()
                ? plain.complete(result.get())
                : plain.completeExceptionally(result.failed().get()),
        executor);
    return plain;
  }
}
