package org.streamingcommands.edge;

import io.grpc.MethodDescriptor;
import java.io.InputStream;

/** Writes a frame where the transport asks for a stream of it. */
final class OutboundMarshaller implements MethodDescriptor.Marshaller<OutboundFrame> {
  @Override
  public InputStream stream(OutboundFrame frame) {
    return new FrameStream(frame);
  }

  @Override
  public OutboundFrame parse(InputStream stream) {
    throw new UnsupportedOperationException("clients read these");
  }
}
