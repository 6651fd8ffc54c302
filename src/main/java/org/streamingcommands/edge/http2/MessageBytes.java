package org.streamingcommands.edge.http2;

import com.google.protobuf.CodedOutputStream;
import io.grpc.Drainable;
import io.grpc.KnownLength;
import io.grpc.MethodDescriptor;
import io.grpc.netty.shaded.io.netty.buffer.ByteBuf;
import io.grpc.netty.shaded.io.netty.buffer.ByteBufAllocator;
import io.grpc.netty.shaded.io.netty.buffer.ByteBufOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/**
 * Puts a message into a buffer of its own, behind its gRPC prefix and behind the room for the head
 * of a DATA frame: mostly it goes to the socket as it is.
 */
final class MessageBytes {
  /** The head of a frame: length, type, flags, stream (RFC 9113, section 4.1). */
  static final int FRAME_HEAD = 9;

  private static final int PREFIX = 5;

  /** Up to here, it is written to an array and copied: quicker than writing to a direct buffer. */
  private static final int SMALL = 4 << 10;

  private static final ThreadLocal<byte[]> SMALL_BYTES =
      ThreadLocal.withInitial(() -> new byte[SMALL]);

  private MessageBytes() {}

  /**
   * @throws RuntimeException where it cannot be encoded
   */
  static <A> ByteBuf of(A message, MethodDescriptor<?, A> method, ByteBufAllocator allocator) {
    try {
      if (message instanceof OutboundMessage self) {
        return of(self, allocator);
      }
      try (InputStream stream = method.streamResponse(message)) {
        return of(stream, allocator);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static ByteBuf of(OutboundMessage message, ByteBufAllocator allocator)
      throws IOException {
    int size = message.size();
    ByteBuf bytes = begin(size, allocator);
    try {
      if (size <= SMALL) {
        byte[] array = SMALL_BYTES.get();
        CodedOutputStream out = CodedOutputStream.newInstance(array, 0, size);
        message.writeTo(out);
        out.checkNoSpaceLeft();
        bytes.writeBytes(array, 0, size);
      } else {
        CodedOutputStream out =
            CodedOutputStream.newInstance(bytes.nioBuffer(bytes.writerIndex(), size));
        message.writeTo(out);
        out.checkNoSpaceLeft();
        out.flush();
        bytes.writerIndex(bytes.writerIndex() + size);
      }
      return bytes;
    } catch (IOException | RuntimeException e) {
      bytes.release();
      throw e;
    }
  }

  private static ByteBuf of(InputStream stream, ByteBufAllocator allocator) throws IOException {
    int known = stream instanceof KnownLength ? stream.available() : 0;
    ByteBuf bytes = begin(known, allocator);
    int before = bytes.writerIndex();
    try (ByteBufOutputStream out = new ByteBufOutputStream(bytes)) {
      if (stream instanceof Drainable drainable) {
        drainable.drainTo(out);
      } else {
        stream.transferTo(out);
      }
      bytes.setInt(before - Integer.BYTES, bytes.writerIndex() - before);
      return bytes;
    } catch (IOException | RuntimeException e) {
      bytes.release();
      throw e;
    }
  }

  private static ByteBuf begin(int size, ByteBufAllocator allocator) {
    return allocator
        .directBuffer(FRAME_HEAD + PREFIX + size)
        .writeZero(FRAME_HEAD)
        // Not compressed: most commands are too small to gain by it.
        .writeByte(0)
        .writeInt(size);
  }
}
