package org.streamingcommands.api;

import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.streamingcommands.support.TestNode;

/** Reads a streamed answer message by message, and only as many as it asked for. */
final class StreamReader<Q, R> implements ClientResponseObserver<Q, R> {
  private final BlockingQueue<R> messages = new LinkedBlockingQueue<>();
  private final CompletableFuture<Status> ended = new CompletableFuture<>();
  private final int first;
  private volatile ClientCallStreamObserver<Q> call;

  private StreamReader(int first) {
    this.first = first;
  }

  /** Reads all as they come. */
  static <Q, R> StreamReader<Q, R> ofAll() {
    return new StreamReader<>(Integer.MAX_VALUE);
  }

  /** Reads nothing before {@link #readAll}. */
  static <Q, R> StreamReader<Q, R> ofNothing() {
    return new StreamReader<>(0);
  }

  @Override
  public void beforeStart(ClientCallStreamObserver<Q> started) {
    call = started;
    started.disableAutoRequestWithInitial(first);
  }

  void readAll() {
    call.request(Integer.MAX_VALUE);
  }

  void cancel() {
    call.cancel("the test has heard enough", null);
  }

  R next() {
    try {
      R message = messages.poll(TestNode.PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
      if (message == null) {
        throw new AssertionError("nothing came; ended: " + ended.getNow(null));
      }
      return message;
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** Everything that nobody took, once the stream has ended. */
  List<R> rest() {
    awaitEnd();
    List<R> rest = new ArrayList<>();
    messages.drainTo(rest);
    return rest;
  }

  Status awaitEnd() {
    return TestNode.await(ended);
  }

  @Override
  public void onNext(R message) {
    messages.add(message);
  }

  @Override
  public void onError(Throwable error) {
    ended.complete(Status.fromThrowable(error));
  }

  @Override
  public void onCompleted() {
    ended.complete(Status.OK);
  }
}
