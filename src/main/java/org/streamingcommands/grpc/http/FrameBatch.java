package org.streamingcommands.grpc.http;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.MessageLite;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import org.apache.pekko.util.ByteString;

/**
 * Writes messages as gRPC frames, many into one chunk: the fewer chunks, the fewer HTTP/2 frames
 * and writes to the socket. Not thread-safe.
 */
public final class FrameBatch implements MessageBatch {
  private static final int HEADER = 5;
  private static final int FIRST_SIZE = 512;

  /** In bytes: two HTTP/2 frames. */
  public static final int FULL = 32 * 1024;

  private byte[] bytes = new byte[0];
  private int size;

  /** One message alone. */
  public static ByteString of(MessageLite message) {
    FrameBatch batch = new FrameBatch();
    batch.bytes = new byte[HEADER + message.getSerializedSize()];
    batch.add(message);
    return batch.take();
  }

  @Override
  public void add(MessageLite message) {
    int length = message.getSerializedSize();
    int end = size + HEADER + length;
    if (end > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(end, Math.max(FIRST_SIZE, 2 * bytes.length)));
    }
    bytes[size] = 0;
    bytes[size + 1] = (byte) (length >>> 24);
    bytes[size + 2] = (byte) (length >>> 16);
    bytes[size + 3] = (byte) (length >>> 8);
    bytes[size + 4] = (byte) length;
    try {
      message.writeTo(CodedOutputStream.newInstance(bytes, size + HEADER, length));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    size = end;
  }

  @Override
  public boolean isFull() {
    return size >= FULL;
  }

  @Override
  public boolean isEmpty() {
    return size == 0;
  }

  @Override
  public ByteString take() {
    ByteString taken = ByteString.fromArrayUnsafe(bytes, 0, size);
    // The taken one keeps the array.
    bytes = new byte[0];
    size = 0;
    return taken;
  }
}
