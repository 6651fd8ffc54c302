package org.streamingcommands.api;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.streamingcommands.grpc.v1.CommandServiceGrpc;
import org.streamingcommands.grpc.v1.CommandSpec;
import org.streamingcommands.grpc.v1.DispatchRequest;
import org.streamingcommands.grpc.v1.DispatchResponse;
import org.streamingcommands.grpc.v1.DispatchSend;
import org.streamingcommands.support.TestNode;

/** One Dispatch stream. */
final class DispatchCaller
    implements ClientResponseObserver<DispatchRequest, DispatchResponse>, AutoCloseable {
  private final BlockingQueue<DispatchResponse> responses = new LinkedBlockingQueue<>();
  private final CompletableFuture<Status> ended = new CompletableFuture<>();
  private final boolean reads;
  private volatile ClientCallStreamObserver<DispatchRequest> out;

  static DispatchCaller open(ManagedChannel channel) {
    return new DispatchCaller(channel, true);
  }

  /** One that reads nothing until {@link #read} is called. */
  static DispatchCaller openWithoutReading(ManagedChannel channel) {
    return new DispatchCaller(channel, false);
  }

  private DispatchCaller(ManagedChannel channel, boolean reads) {
    this.reads = reads;
    CommandServiceGrpc.newStub(channel).dispatch(this);
  }

  @Override
  public void beforeStart(ClientCallStreamObserver<DispatchRequest> observer) {
    out = observer;
    if (!reads) {
      observer.disableAutoRequestWithInitial(0);
    }
  }

  @Override
  public void onNext(DispatchResponse response) {
    responses.add(response);
  }

  @Override
  public void onError(Throwable error) {
    ended.complete(Status.fromThrowable(error));
  }

  @Override
  public void onCompleted() {
    ended.complete(Status.OK);
  }

  void read(int count) {
    out.request(count);
  }

  void send(DispatchRequest.Builder request) {
    out.onNext(request.build());
  }

  void send(long correlationId, String clientId, CommandSpec.Builder command) {
    send(
        DispatchRequest.newBuilder()
            .setCorrelationId(correlationId)
            .setSend(to(clientId, command)));
  }

  static DispatchSend.Builder to(String clientId, CommandSpec.Builder command) {
    return DispatchSend.newBuilder()
        .setService(TestNode.SERVICE)
        .setClientId(clientId)
        .setCommand(command);
  }

  void halfClose() {
    out.onCompleted();
  }

  void cancel() {
    out.cancel("cancelled by the test", null);
  }

  DispatchResponse await() {
    try {
      DispatchResponse response =
          responses.poll(TestNode.PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
      if (response == null) {
        throw new AssertionError("no answer; the stream: " + ended);
      }
      return response;
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  int unread() {
    return responses.size();
  }

  Status awaitEnd() {
    return TestNode.await(ended);
  }

  boolean hasEnded() {
    return ended.isDone();
  }

  @Override
  public void close() {
    cancel();
  }
}
