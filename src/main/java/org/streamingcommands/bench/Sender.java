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

  /** Drops what is under way without an outcome, where the contender would keep it for ever. */
  default void forget() {}

  /** The first so many clients of the load generator. */
  default List<Target> targets(int clients, Duration timeout) {
    return IntStream.rangeClosed(1, clients).mapToObj(n -> to(clientId(n), timeout)).toList();
  }

  static String clientId(int number) {
    return "c-" + number;
  }
}
