package org.streamingcommands.edge.http2;

import io.grpc.KnownLength;
import java.io.ByteArrayInputStream;

/**
 * A message that came, in an array which is given again to the next: whoever reads it copies what
 * is to stay. Reads as a stream too, for those who know of streams only.
 */
public final class InboundMessage extends ByteArrayInputStream implements KnownLength {
  public InboundMessage(byte[] bytes, int offset, int length) {
    super(bytes, offset, length);
  }

  /** Where the message is; the array itself. */
  public byte[] array() {
    return buf;
  }

  /** Where in the array that begins which was not read as a stream yet. */
  public int offset() {
    return pos;
  }

  /** How many bytes were not read as a stream yet. */
  public int length() {
    return count - pos;
  }
}
