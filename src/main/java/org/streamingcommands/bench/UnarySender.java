package org.streamingcommands.bench;

import com.google.protobuf.Any;
import com.google.protobuf.BytesValue;
import com.google.protobuf.Empty;
import io.grpc.InsecureChannelCredentials;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.grpc.Wire;
import org.streamingcommands.grpc.v1.CommandServiceGrpc;
import org.streamingcommands.grpc.v1.CommandSpec;
import org.streamingcommands.grpc.v1.SendCommandToClientRequest;
import org.streamingcommands.grpc.v1.SendCommandToClientResponse;

/** What any gRPC client does: a unary call for each ask, all on one connection. */
final class UnarySender implements Sender {
  private static final Outcome<Empty> DONE = new Outcome.Completed<>(Empty.getDefaultInstance());

  private final CommandServiceGrpc.CommandServiceStub stub;

  /**
   * @param api host:port
   */
  UnarySender(String api) {
    stub =
        CommandServiceGrpc.newStub(
            NettyChannelBuilder.forTarget(api, InsecureChannelCredentials.create())
                .directExecutor()
                // A caller must not send a command twice of itself, and what would takes a copy.
                .disableRetry()
                .build());
  }

  @Override
  public Target to(String clientId, Duration timeout) {
    com.google.protobuf.Duration patience = Wire.duration(timeout);
    return command -> ask(clientId, command, patience);
  }

  private CompletableFuture<Outcome<Empty>> ask(
      String clientId, BytesValue command, com.google.protobuf.Duration timeout) {
    Answer answer = new Answer();
    stub.sendCommandToClient(
        SendCommandToClientRequest.newBuilder()
            .setService(SERVICE)
            .setClientId(clientId)
            .setCommand(CommandSpec.newBuilder().setPayload(Any.pack(command)).setTimeout(timeout))
            .build(),
        answer);
    return answer.outcome;
  }

  private static final class Answer implements StreamObserver<SendCommandToClientResponse> {
    private final CompletableFuture<Outcome<Empty>> outcome = new CompletableFuture<>();

    @Override
    public void onNext(SendCommandToClientResponse response) {
      if (response.getOutcome().hasCompleted()) {
        outcome.complete(DONE);
      } else {
        outcome.completeExceptionally(new IllegalStateException(response.toString()));
      }
    }

    @Override
    public void onError(Throwable error) {
      outcome.completeExceptionally(error);
    }

    @Override
    public void onCompleted() {}
  }
}
