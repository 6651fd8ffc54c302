package org.streamingcommands.client;

import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.streamingcommands.grpc.v1.CommandServiceGrpc.CommandServiceStub;
import org.streamingcommands.grpc.v1.DispatchRequest;
import org.streamingcommands.grpc.v1.DispatchResponse;

/** One {@code Dispatch} stream. Written in the link's turn only; heard on the event loop. */
final class DispatchCall implements ClientResponseObserver<DispatchRequest, DispatchResponse> {
  /** Who hears of the stream. */
  interface Listener {
    /** The stream may take more. */
    void ready();

    void answered(DispatchResponse answer);

    /** The stream is over; nothing comes after this. */
    void ended(DispatchCall call, Status status);
  }

  private final long number;
  private final Listener listener;
  private @Nullable ClientCallStreamObserver<DispatchRequest> requests;
  private volatile boolean answered;

  private DispatchCall(long number, Listener listener) {
    this.number = number;
    this.listener = listener;
  }

  static DispatchCall open(CommandServiceStub stub, long number, Listener listener) {
    DispatchCall call = new DispatchCall(number, listener);
    stub.dispatch(call);
    return call;
  }

  long number() {
    return number;
  }

  /** Whether the node said anything on it. */
  boolean isAnswered() {
    return answered;
  }

  /** True only where there is a connection, and it takes more without piling up. */
  boolean isReady() {
    return requests().isReady();
  }

  void write(DispatchRequest request) {
    requests().onNext(request);
  }

  void complete() {
    requests().onCompleted();
  }

  @Override
  public void beforeStart(ClientCallStreamObserver<DispatchRequest> stream) {
    requests = stream;
    stream.setOnReadyHandler(listener::ready);
  }

  @Override
  public void onNext(DispatchResponse answer) {
    answered = true;
    listener.answered(answer);
  }

  @Override
  public void onError(Throwable error) {
    listener.ended(this, Status.fromThrowable(error));
  }

  @Override
  public void onCompleted() {
    listener.ended(this, Status.OK);
  }

  private ClientCallStreamObserver<DispatchRequest> requests() {
    return Objects.requireNonNull(requests, "grpc-java calls beforeStart before dispatch returns");
  }
}
