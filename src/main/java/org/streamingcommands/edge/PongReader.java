package org.streamingcommands.edge;

import com.google.protobuf.WireFormat;
import org.streamingcommands.grpc.v1.ClientFrame;
import org.streamingcommands.grpc.v1.Pong;

/**
 * Knows the answer to a ping by its bytes: quiet clients send nothing else, and there are many. As
 * {@link CompletionReader}, it knows the one shape that encoders write, and leaves every other to
 * generated code. The nonce is of no use to a server; only that it is one is seen to.
 */
final class PongReader {
  /** All small enough to be one byte. */
  private static final int FRAME_PONG =
      tag(ClientFrame.PONG_FIELD_NUMBER, WireFormat.WIRETYPE_LENGTH_DELIMITED);

  private static final int NONCE = tag(Pong.NONCE_FIELD_NUMBER, WireFormat.WIRETYPE_VARINT);

  /** The tag and the length of a pong, and the tag of its nonce. */
  private static final int HEAD = 3;

  /** Ten bytes may be more than 64 bits: what those mean is generated code's to say. */
  private static final int LONGEST_NONCE = 9;

  private PongReader() {}

  static boolean isPong(byte[] bytes, int offset, int length) {
    int nonce = length - HEAD;
    return nonce >= 1
        && nonce <= LONGEST_NONCE
        && bytes[offset] == FRAME_PONG
        && bytes[offset + 1] == nonce + 1
        && bytes[offset + 2] == NONCE
        && isVarint(bytes, offset + HEAD, nonce);
  }

  /** All but the last byte say that there are more (protobuf's encoding, "Base 128 Varints"). */
  private static boolean isVarint(byte[] bytes, int offset, int length) {
    int last = offset + length - 1;
    for (int at = offset; at < last; at++) {
      if (bytes[at] >= 0) {
        return false;
      }
    }
    return bytes[last] >= 0;
  }

  private static int tag(int field, int type) {
    return field << 3 | type;
  }
}
