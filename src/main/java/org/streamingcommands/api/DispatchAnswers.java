package org.streamingcommands.api;

import org.apache.pekko.util.ByteString;
import org.streamingcommands.grpc.http.FrameBatch;
import org.streamingcommands.grpc.v1.DispatchResponse;

/**
 * The answers of a Dispatch stream that wait to be written: a message each, or many in one for a
 * sender that reads batches. Not thread-safe.
 */
final class DispatchAnswers {
  /** A larger one goes alone, so that no message is larger for what goes with it. */
  private static final int LARGE = 4 << 10;

  private final FrameBatch frames = new FrameBatch();
  private DispatchResponse.Builder together = DispatchResponse.newBuilder();
  private int bytesTogether;
  private boolean takesBatches;
  private boolean hasSaidSo;

  /** The sender reads batches. It is told, once, that it may send some. */
  void takeBatches() {
    takesBatches = true;
  }

  void add(DispatchResponse answer) {
    int size = answer.getSerializedSize();
    if (!takesBatches) {
      frames.add(answer);
    } else if (size > LARGE) {
      frameTogether();
      frame(answer);
    } else {
      together.addBatch(answer);
      bytesTogether += size;
    }
  }

  boolean isFull() {
    return bytesTogether >= FrameBatch.FULL || frames.isFull();
  }

  boolean isEmpty() {
    return together.getBatchCount() == 0 && frames.isEmpty();
  }

  /** All that was added; there is none afterwards. */
  ByteString take() {
    frameTogether();
    return frames.take();
  }

  private void frameTogether() {
    if (together.getBatchCount() == 1) {
      frame(together.getBatch(0));
    } else if (together.getBatchCount() > 1) {
      frame(together.build());
    }
    together = DispatchResponse.newBuilder();
    bytesTogether = 0;
  }

  private void frame(DispatchResponse message) {
    frames.add(hasSaidSo ? message : message.toBuilder().setBatches(true).build());
    hasSaidSo = true;
  }
}
