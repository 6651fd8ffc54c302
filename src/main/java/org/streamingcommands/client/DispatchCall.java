package org.streamingcommands.client;

import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.util.ArrayList;
import java.util.List;
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

  /** In one message. */
  private static final int MOST = 64;

  private static final int MOST_BYTES = 16 << 10;

  /** What one takes in a batch beyond its own bytes, at most: a tag and a length. */
  private static final int ITEM_HEAD = 6;

  private final long number;
  private final int mostBytes;
  private final Listener listener;
  private @Nullable ClientCallStreamObserver<DispatchRequest> requests;
  private volatile boolean answered;

  /** The node said that it reads batches. */
  private volatile boolean takesBatches;

  // Touched in a turn only.
  private final List<DispatchRequest> held = new ArrayList<>();
  private int heldBytes;
  private boolean hasWritten;

  private DispatchCall(long number, int maxCommandBytes, Listener listener) {
    this.number = number;
    this.mostBytes = Math.min(MOST_BYTES, maxCommandBytes);
    this.listener = listener;
  }

  /**
   * @param maxCommandBytes a node takes messages of this size at least: one with several is no
   *     larger
   */
  static DispatchCall open(
      CommandServiceStub stub, long number, int maxCommandBytes, Listener listener) {
    DispatchCall call = new DispatchCall(number, maxCommandBytes, listener);
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

  /** Writes it, together with what comes before the next {@link #flush}. */
  void write(DispatchRequest request) {
    if (!takesBatches) {
      requests().onNext(hasWritten ? request : request.toBuilder().setBatches(true).build());
      hasWritten = true;
      return;
    }
    int size = ITEM_HEAD + request.getSerializedSize();
    if (heldBytes + size > mostBytes || held.size() == MOST) {
      flush();
    }
    held.add(request);
    heldBytes += size;
  }

  void flush() {
    if (held.size() > 1) {
      requests().onNext(DispatchRequest.newBuilder().addAllBatch(held).build());
    } else if (!held.isEmpty()) {
      requests().onNext(held.get(0));
    }
    held.clear();
    heldBytes = 0;
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
    if (answer.getBatches()) {
      takesBatches = true;
    }
    if (answer.getBatchCount() == 0) {
      listener.answered(answer);
    } else {
      answer.getBatchList().forEach(listener::answered);
    }
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
