package org.streamingcommands.edge;

import com.google.protobuf.CodedOutputStream;
import java.io.IOException;
import org.streamingcommands.grpc.v1.Ping;
import org.streamingcommands.grpc.v1.ServerFrame;

/**
 * A ping on its way to a client. Writes the bytes that generated code would: most of what a node
 * writes to quiet clients is this.
 */
record PingFrame(long nonce, long resultsConfirmed) implements OutboundFrame {

  @Override
  public int size() {
    return CommandFrame.messageSize(ServerFrame.PING_FIELD_NUMBER, pingSize());
  }

  @Override
  public void writeTo(CodedOutputStream out) throws IOException {
    CommandFrame.writeHead(ServerFrame.PING_FIELD_NUMBER, pingSize(), out);
    if (nonce != 0) {
      out.writeUInt64(Ping.NONCE_FIELD_NUMBER, nonce);
    }
    if (resultsConfirmed != 0) {
      out.writeUInt64(Ping.RESULTS_CONFIRMED_FIELD_NUMBER, resultsConfirmed);
    }
  }

  private int pingSize() {
    return numberSize(Ping.NONCE_FIELD_NUMBER, nonce)
        + numberSize(Ping.RESULTS_CONFIRMED_FIELD_NUMBER, resultsConfirmed);
  }

  /** What has its default value is not written. */
  private static int numberSize(int field, long number) {
    return number == 0 ? 0 : CodedOutputStream.computeUInt64Size(field, number);
  }
}
