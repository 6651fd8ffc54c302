package org.streamingcommands.edge;

import io.grpc.MethodDescriptor;
import io.grpc.StatusRuntimeException;
import java.io.InputStream;
import org.streamingcommands.grpc.v1.ClientFrame;
import org.streamingcommands.grpc.v1.ServerFrame;

/**
 * Reads a frame, or {@link #GARBAGE} where the bytes are none. grpc-java would end the stream of a
 * client that sends garbage with UNKNOWN and "application error"; this way the stream can say what
 * is wrong.
 */
final class FrameMarshaller implements MethodDescriptor.Marshaller<ClientFrame> {
  /** Stands for bytes that are no frame; compared by identity. */
  static final ClientFrame GARBAGE = ClientFrame.newBuilder().build();

  private final MethodDescriptor.Marshaller<ClientFrame> strict;

  private FrameMarshaller(MethodDescriptor.Marshaller<ClientFrame> strict) {
    this.strict = strict;
  }

  static MethodDescriptor<ClientFrame, ServerFrame> tolerant(
      MethodDescriptor<ClientFrame, ServerFrame> method) {
    return method.toBuilder(
            new FrameMarshaller(method.getRequestMarshaller()), method.getResponseMarshaller())
        .build();
  }

  @Override
  public InputStream stream(ClientFrame frame) {
    return strict.stream(frame);
  }

  @Override
  public ClientFrame parse(InputStream bytes) {
    try {
      return strict.parse(bytes);
    } catch (StatusRuntimeException e) {
      return GARBAGE;
    }
  }
}
