package org.streamingcommands.grpc.http;

import com.google.protobuf.MessageLite;
import org.apache.pekko.util.ByteString;

/** Writes messages, many into one chunk of an answer. Not thread-safe. */
public interface MessageBatch {
  void add(MessageLite message);

  /** Whether it is time to take it: a larger chunk would save nothing. */
  boolean isFull();

  boolean isEmpty();

  /** All that was added; the batch is empty afterwards. */
  ByteString take();
}
