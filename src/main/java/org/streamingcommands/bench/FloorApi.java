package org.streamingcommands.bench;

import com.google.protobuf.Any;
import com.google.protobuf.BytesValue;
import com.google.protobuf.Empty;
import com.google.protobuf.InvalidProtocolBufferException;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.CompletableFuture;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.grpc.Wire;
import org.streamingcommands.grpc.v1.CommandServiceGrpc;
import org.streamingcommands.grpc.v1.CommandSpec;
import org.streamingcommands.grpc.v1.SendCommandToClientRequest;
import org.streamingcommands.grpc.v1.SendCommandToClientResponse;

/** The {@link Floor}, asked by unary calls: nothing is checked, and nothing waits anywhere. */
final class FloorApi extends CommandServiceGrpc.CommandServiceImplBase {
  private static final Any DONE = Any.pack(Empty.getDefaultInstance());

  private final Floor floor;

  FloorApi(Floor floor) {
    this.floor = floor;
  }

  @Override
  public void sendCommandToClient(
      SendCommandToClientRequest request, StreamObserver<SendCommandToClientResponse> answer) {
    try {
      ask(request.getClientId(), request.getCommand())
          .thenAccept(
              outcome -> {
                answer.onNext(
                    SendCommandToClientResponse.newBuilder()
                        .setOutcome(Wire.outcome(outcome.map(done -> DONE)))
                        .build());
                answer.onCompleted();
              });
    } catch (InvalidProtocolBufferException e) {
      answer.onError(Status.INVALID_ARGUMENT.withCause(e).asRuntimeException());
    }
  }

  private CompletableFuture<Outcome<Empty>> ask(String clientId, CommandSpec command)
      throws InvalidProtocolBufferException {
    return floor
        .to(clientId, Wire.duration(command.getTimeout()))
        .ask(command.getPayload().unpack(BytesValue.class));
  }
}
