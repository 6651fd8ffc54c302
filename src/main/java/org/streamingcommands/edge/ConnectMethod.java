package org.streamingcommands.edge;

import io.grpc.MethodDescriptor;
import org.streamingcommands.grpc.v1.ClientStreamServiceGrpc;

/** The rpc that clients call, in frames as the edge reads and writes them. */
final class ConnectMethod {
  static final MethodDescriptor<InboundFrame, OutboundFrame> DESCRIPTOR =
      ClientStreamServiceGrpc.getConnectMethod().toBuilder(
              new InboundMarshaller(), new OutboundMarshaller())
          .build();

  private ConnectMethod() {}
}
