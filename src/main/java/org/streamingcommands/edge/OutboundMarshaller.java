package org.streamingcommands.edge;

import com.google.protobuf.CodedOutputStream;
import io.grpc.MethodDescriptor;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** Writes a frame for who asks for a stream of it. The edge's own transport does not. */
final class OutboundMarshaller implements MethodDescriptor.Marshaller<OutboundFrame> {
  @Override
  public InputStream stream(OutboundFrame frame) {
    byte[] bytes = new byte[frame.size()];
    try {
      CodedOutputStream out = CodedOutputStream.newInstance(bytes);
      frame.writeTo(out);
      out.checkNoSpaceLeft();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new ByteArrayInputStream(bytes);
  }

  @Override
  public OutboundFrame parse(InputStream stream) {
    throw new UnsupportedOperationException("clients read these");
  }
}
