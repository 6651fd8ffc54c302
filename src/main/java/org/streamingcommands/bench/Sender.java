package org.streamingcommands.bench;

import com.google.protobuf.BytesValue;
import com.google.protobuf.Empty;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.streamingcommands.command.Outcome;

/** A contender's way to send. Thread-safe. */
interface Sender {
  /** The service that all clients of the bench belong to. */
  String SERVICE = "bench";

  /** The client that stalls. */
  String STALLED = "stalled";

  /** One client, as a sender holds it. */
  @FunctionalInterface
  interface Target {
    /** Sends; completes when the client acknowledged the command, or when it is given up. */
    CompletableFuture<Outcome<Empty>> ask(BytesValue command);
  }

  /**
   * @param timeout how long the client may take
   */
  Target to(String clientId, Duration timeout);

  /**
   * Asks all of these, who are all that are connected.
   *
   * @return how many acknowledged it, once each has or is given up
   */
  default CompletableFuture<Integer> broadcast(
      List<String> clientIds, BytesValue command, Duration timeout) {
    List<CompletableFuture<Outcome<Empty>>> asks =
        clientIds.stream().map(id -> to(id, timeout).ask(command)).toList();
    return CompletableFuture.allOf(asks.toArray(CompletableFuture<?>[]::new))
        .thenApply(all -> (int) asks.stream().filter(ask -> ask.join().isCompleted()).count());
  }

  /** Drops what is under way without an outcome, where the contender would keep it for ever. */
  default void forget() {}

  /** The first so many clients of the load generator. */
  static List<String> clientIds(int clients) {
    return IntStream.rangeClosed(1, clients).mapToObj(Sender::clientId).toList();
  }

  static String clientId(int number) {
    return "c-" + number;
  }
}
