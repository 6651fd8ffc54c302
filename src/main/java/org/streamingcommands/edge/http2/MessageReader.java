package org.streamingcommands.edge.http2;

import io.grpc.Status;
import io.grpc.netty.shaded.io.netty.buffer.ByteBuf;
import io.grpc.netty.shaded.io.netty.buffer.ByteBufAllocator;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;
import org.streamingcommands.grpc.http.FrameViolation;
import org.streamingcommands.grpc.http.MessageEncoding;

/**
 * Takes the messages of one call out of its bytes: a flag, four bytes of length, the message ("gRPC
 * over HTTP2", Length-Prefixed-Message). It gives out as many as were asked for. What waits without
 * being asked for is not given back to flow control, which so holds the caller back. For the loop's
 * thread only.
 */
final class MessageReader {
  /** Takes a message; its stream is good until it returns. */
  interface Target {
    void message(InputStream bytes);
  }

  private static final int PREFIX = 5;
  private static final int COMPRESSED = 1;
  private static final int NONE = -1;

  private final Loop loop;
  private final int maxBytes;
  private final MessageEncoding encoding;
  private @Nullable ByteBuf unread;

  /** The length of the message that is being read. */
  private int length = NONE;

  private boolean isCompressed;
  private int wanted;

  /** What flow control has not been given back. */
  private int owed;

  private boolean isReading;
  private boolean isStopped;

  MessageReader(Loop loop, int maxBytes, MessageEncoding encoding) {
    this.loop = loop;
    this.maxBytes = maxBytes;
    this.encoding = encoding;
  }

  /** Lets that many more messages through, which a call of {@link #read} gives out. */
  void want(int messages) {
    wanted += messages;
  }

  /** Whether a message is being given out right now, after which it looks for the next. */
  boolean isReading() {
    return isReading;
  }

  /** Whether nothing is left of what came. */
  boolean isEmpty() {
    return unread == null && length == NONE;
  }

  /** Whether what is left is no whole message. */
  boolean isMidMessage() {
    return wanted > 0 && !isEmpty();
  }

  /**
   * Takes what came.
   *
   * @return how many bytes flow control can have back
   */
  int read(ByteBuf data, ByteBufAllocator allocator, Target target) throws FrameViolation {
    owed += data.readableBytes();
    if (unread == null) {
      // What came is mostly whole messages, which need not be copied.
      take(data, target);
      if (data.isReadable() && !isStopped) {
        unread = allocator.buffer(data.readableBytes()).writeBytes(data);
      }
      return settle();
    }
    unread.writeBytes(data);
    return read(target);
  }

  /** Gives out what waits; as {@link #read(ByteBuf, ByteBufAllocator, Target)}. */
  int read(Target target) throws FrameViolation {
    ByteBuf waiting = unread;
    if (waiting != null) {
      take(waiting, target);
      if (unread != null && !unread.isReadable()) {
        release();
      } else if (unread != null) {
        unread.discardSomeReadBytes();
      }
    }
    return settle();
  }

  private void take(ByteBuf from, Target target) throws FrameViolation {
    isReading = true;
    try {
      while (wanted > 0 && !isStopped) {
        if (length == NONE && !readPrefix(from)) {
          return;
        }
        if (from.readableBytes() < length) {
          return;
        }
        InputStream message = message(from);
        length = NONE;
        wanted--;
        target.message(message);
      }
    } finally {
      isReading = false;
    }
  }

  private boolean readPrefix(ByteBuf from) throws FrameViolation {
    if (from.readableBytes() < PREFIX) {
      return false;
    }
    int flags = from.readUnsignedByte();
    long size = from.readUnsignedInt();
    if ((flags & ~COMPRESSED) != 0) {
      throw new FrameViolation(
          Status.INTERNAL.withDescription("gRPC frame header malformed: reserved bits not zero"));
    }
    if (size > maxBytes) {
      throw new FrameViolation(
          Status.RESOURCE_EXHAUSTED.withDescription(
              "gRPC message exceeds maximum size %d: %d".formatted(maxBytes, size)));
    }
    isCompressed = (flags & COMPRESSED) != 0;
    length = (int) size;
    return true;
  }

  private InputStream message(ByteBuf from) throws FrameViolation {
    byte[] bytes = loop.room(length);
    from.readBytes(bytes, 0, length);
    return isCompressed ? inflate(bytes) : new InboundMessage(bytes, 0, length);
  }

  private InputStream inflate(byte[] bytes) throws FrameViolation {
    byte[] inflated = encoding.inflate(bytes, 0, length, maxBytes);
    return new InboundMessage(inflated, 0, inflated.length);
  }

  /**
   * A message that is being waited for may be larger than the window: its bytes go back at once.
   */
  private int settle() {
    int kept = wanted > 0 || unread == null ? 0 : Math.min(owed, unread.readableBytes());
    int back = owed - kept;
    owed = kept;
    return back;
  }

  /**
   * Gives nothing out any more.
   *
   * @return how many bytes flow control can have back
   */
  int stop() {
    isStopped = true;
    release();
    return settle();
  }

  private void release() {
    if (unread != null) {
      unread.release();
      unread = null;
    }
  }
}
