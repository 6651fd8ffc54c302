package org.streamingcommands.edge;

import com.google.protobuf.InvalidProtocolBufferException;
import io.grpc.MethodDescriptor;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.streamingcommands.edge.http2.InboundMessage;
import org.streamingcommands.grpc.v1.ClientFrame;

/**
 * Reads a frame, or {@link InboundFrame.Garbage} where the bytes are none. grpc-java's own would
 * end the stream of a client that sends garbage with UNKNOWN and "application error"; this way the
 * stream can say what is wrong.
 */
final class InboundMarshaller implements MethodDescriptor.Marshaller<InboundFrame> {

  @Override
  public InboundFrame parse(InputStream stream) {
    if (stream instanceof InboundMessage message) {
      return parse(message.array(), message.offset(), message.length());
    }
    try {
      byte[] bytes = stream.readAllBytes();
      return parse(bytes, 0, bytes.length);
    } catch (IOException e) {
      return new InboundFrame.Garbage(0);
    }
  }

  private static InboundFrame parse(byte[] bytes, int offset, int size) {
    if (PongReader.isPong(bytes, offset, size)) {
      return new InboundFrame.Pong(size);
    }
    List<Completion> completions = CompletionReader.read(bytes, offset, size);
    if (completions != null) {
      return new InboundFrame.Completions(completions, size);
    }
    try {
      return new InboundFrame.Generated(ClientFrame.parser().parseFrom(bytes, offset, size), size);
    } catch (InvalidProtocolBufferException e) {
      return new InboundFrame.Garbage(size);
    }
  }

  @Override
  public InputStream stream(InboundFrame frame) {
    throw new UnsupportedOperationException("clients send these");
  }
}
