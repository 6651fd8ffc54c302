package org.streamingcommands.edge;

import com.google.protobuf.CodedOutputStream;
import java.io.IOException;
import org.streamingcommands.grpc.v1.ServerFrame;

/** Any frame but commands and pings: there are few of them, and generated code writes those. */
record GeneratedFrame(ServerFrame frame) implements OutboundFrame {
  @Override
  public int size() {
    return frame.getSerializedSize();
  }

  @Override
  public void writeTo(CodedOutputStream out) throws IOException {
    frame.writeTo(out);
  }
}
