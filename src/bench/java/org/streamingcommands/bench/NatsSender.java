package org.streamingcommands.bench;

import com.google.protobuf.BytesValue;
import com.google.protobuf.Empty;
import io.nats.client.Connection;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.streamingcommands.command.Outcome;

/** A request to a client's subject; any reply is its acknowledgement. */
final class NatsSender implements Sender {
  /** Before a client's id. */
  static final String SUBJECT = SERVICE + ".";

  private static final Outcome<Empty> DONE = new Outcome.Completed<>(Empty.getDefaultInstance());

  private final Connection connection;

  NatsSender(Connection connection) {
    this.connection = connection;
  }

  @Override
  public Target to(String clientId, Duration timeout) {
    String subject = SUBJECT + clientId;
    return command -> ask(subject, command, timeout);
  }

  private CompletableFuture<Outcome<Empty>> ask(
      String subject, BytesValue command, Duration timeout) {
    return connection
        .requestWithTimeout(subject, command.toByteArray(), timeout)
        .thenApply(reply -> DONE);
  }
}
