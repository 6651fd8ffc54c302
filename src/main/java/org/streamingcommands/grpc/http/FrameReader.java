package org.streamingcommands.grpc.http;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Parser;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * Reads length-prefixed gRPC messages out of a stream of bytes. Refuses a message by its prefix, so
 * that it never holds more than the limit plus one chunk. Not thread-safe.
 *
 * @param <M> the type of the messages
 */
public final class FrameReader<M> {
  private static final int HEADER = 5;

  private final Parser<M> parser;
  private final MessageEncoding encoding;
  private final int maxMessageSize;

  private byte[] bytes = new byte[0];
  private int from;
  private int to;

  /** Whether {@link #bytes} is ours to write to, or belongs to the chunk it came with. */
  private boolean owned;

  public FrameReader(Parser<M> parser, MessageEncoding encoding, int maxMessageSize) {
    this.parser = parser;
    this.encoding = encoding;
    this.maxMessageSize = maxMessageSize;
  }

  /** Takes more bytes; call {@link #next} until it answers null before the next ones. */
  public void add(ByteString chunk) {
    if (from == to) {
      // The usual case: whole messages in one chunk, read where they are.
      bytes = chunk.toArrayUnsafe();
      from = 0;
      to = bytes.length;
      owned = false;
      return;
    }
    int size = chunk.size();
    makeRoom(size);
    chunk.copyToArray(bytes, to, size);
    to += size;
  }

  /** The next message; null where it has not come whole. */
  public @Nullable M next() throws FrameViolation {
    if (to - from < HEADER) {
      return null;
    }
    byte flag = bytes[from];
    if (flag != 0 && flag != 1) {
      throw FrameViolation.invalid("what arrived is no gRPC message");
    }
    int length =
        (bytes[from + 1] & 0xff) << 24
            | (bytes[from + 2] & 0xff) << 16
            | (bytes[from + 3] & 0xff) << 8
            | (bytes[from + 4] & 0xff);
    if (length < 0 || length > maxMessageSize) {
      throw FrameViolation.tooLarge(maxMessageSize);
    }
    if (to - from - HEADER < length) {
      return null;
    }
    M message = parse(flag == 1, from + HEADER, length);
    from += HEADER + length;
    return message;
  }

  /** Whether a message has begun and not ended. */
  public boolean isInMessage() {
    return from != to;
  }

  private M parse(boolean compressed, int start, int length) throws FrameViolation {
    try {
      return compressed
          ? parser.parseFrom(encoding.inflate(bytes, start, length, maxMessageSize))
          : parser.parseFrom(bytes, start, length);
    } catch (InvalidProtocolBufferException e) {
      throw FrameViolation.invalid("the message cannot be parsed: " + e.getMessage());
    }
  }

  /** Grows by doubling, as bytes really come; a prefix that promises much costs nothing. */
  private void makeRoom(int size) {
    int held = to - from;
    if (owned && bytes.length - to >= size) {
      return;
    }
    byte[] room =
        owned && bytes.length >= held + size ? bytes : new byte[Math.max(2 * held, held + size)];
    System.arraycopy(bytes, from, room, 0, held);
    bytes = room;
    from = 0;
    to = held;
    owned = true;
  }
}
