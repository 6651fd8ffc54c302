package org.streamingcommands.edge.http2;

import com.google.protobuf.CodedOutputStream;
import java.io.IOException;

/** A message that knows its size and writes itself. Immutable, so that it may be written later. */
public interface OutboundMessage {
  /** How many bytes it writes. */
  int size();

  /**
   * Writes its bytes, as often as it is asked to.
   *
   * @throws IOException where {@code out} has no room for them, or cannot be written to
   */
  void writeTo(CodedOutputStream out) throws IOException;
}
