package org.streamingcommands.connection;

import com.google.protobuf.Any;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** Tells payloads apart without keeping them. */
record Fingerprint(int size, int hash, long crc) {

  static Fingerprint of(Any payload) {
    CRC32C crc = new CRC32C();
    for (ByteBuffer buffer : payload.getValue().asReadOnlyByteBufferList()) {
      crc.update(buffer);
    }
    return new Fingerprint(
        payload.getValue().size(),
        31 * payload.getTypeUrl().hashCode() + payload.getValue().hashCode(),
        crc.getValue());
  }
}
