package org.streamingcommands.edge;

import com.google.protobuf.CodedOutputStream;
import io.grpc.Drainable;
import io.grpc.KnownLength;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;
import org.streamingcommands.edge.http2.OutboundMessage;

/**
 * A message as a stream, which grpc-java asks for. It drains it, which needs no copy of its own.
 */
final class FrameStream extends InputStream implements Drainable, KnownLength {
  private final OutboundMessage message;

  /** There once somebody read instead of draining. */
  private @Nullable InputStream bytes;

  private boolean drained;

  FrameStream(OutboundMessage message) {
    this.message = message;
  }

  @Override
  public int drainTo(OutputStream target) throws IOException {
    if (drained || bytes != null) {
      return (int) bytes().transferTo(target);
    }
    drained = true;
    int size = message.size();
    byte[] scratch = ScratchBytes.ofAtLeast(size);
    write(scratch, size);
    target.write(scratch, 0, size);
    return size;
  }

  @Override
  public int available() throws IOException {
    return drained || bytes != null ? bytes().available() : message.size();
  }

  @Override
  public int read() throws IOException {
    return bytes().read();
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    return bytes().read(target, offset, length);
  }

  private InputStream bytes() throws IOException {
    if (bytes == null) {
      byte[] all = new byte[drained ? 0 : message.size()];
      if (!drained) {
        write(all, all.length);
      }
      bytes = new ByteArrayInputStream(all);
    }
    return bytes;
  }

  private void write(byte[] target, int size) throws IOException {
    CodedOutputStream out = CodedOutputStream.newInstance(target, 0, size);
    message.writeTo(out);
    out.checkNoSpaceLeft();
  }
}
