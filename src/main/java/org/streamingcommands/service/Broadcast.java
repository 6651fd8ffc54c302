package org.streamingcommands.service;

import com.google.protobuf.Any;
import java.util.Collection;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.streamingcommands.command.Outcome;

/** One command to many clients at once, but not to more than {@link #AT_ONCE} at a time. */
final class Broadcast {
  static final int AT_ONCE = 256;

  private final Iterator<String> clientIds;
  private final Function<String, CompletableFuture<Outcome<Any>>> send;
  private final Map<String, Outcome<Any>> outcomes = new ConcurrentHashMap<>();
  private final CompletableFuture<Map<String, Outcome<Any>>> result = new CompletableFuture<>();
  private final AtomicInteger running = new AtomicInteger();
  private final AtomicInteger turns = new AtomicInteger();

  private Broadcast(
      Collection<String> clientIds, Function<String, CompletableFuture<Outcome<Any>>> send) {
    this.clientIds = clientIds.iterator();
    this.send = send;
  }

  /**
   * @return each client's outcome
   */
  static CompletableFuture<Map<String, Outcome<Any>>> start(
      Collection<String> clientIds, Function<String, CompletableFuture<Outcome<Any>>> send) {
    Broadcast broadcast = new Broadcast(clientIds, send);
    broadcast.advance();
    return broadcast.result;
  }

  /** Runs on one thread at a time, and in a loop: an outcome may be there at once. */
  private void advance() {
    if (turns.getAndIncrement() != 0) {
      return;
    }
    int seen = 1;
    do {
      while (running.get() < AT_ONCE && clientIds.hasNext()) {
        running.incrementAndGet();
        sendTo(clientIds.next());
      }
      if (!clientIds.hasNext() && running.get() == 0) {
        result.complete(Map.copyOf(outcomes));
      }
      seen = turns.addAndGet(-seen);
    } while (seen != 0);
  }

  private void sendTo(String clientId) {
    send.apply(clientId)
        .thenAccept(
            outcome -> {
              outcomes.put(clientId, outcome);
              running.decrementAndGet();
              advance();
            });
  }
}
