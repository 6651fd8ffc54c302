package org.streamingcommands.connection;

import com.google.protobuf.Any;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.zip.CRC32C;

/** Tells payloads apart without keeping them. */
record Fingerprint(int size, int hash, long crc) {

  static Fingerprint of(Any payload) {
    Checksum checksum = new Checksum();
    try {
      // Gives the bytes where they are; a buffer that may only be read would be copied first.
      payload.getValue().writeTo(checksum);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new Fingerprint(
        payload.getValue().size(),
        31 * payload.getTypeUrl().hashCode() + payload.getValue().hashCode(),
        checksum.crc.getValue());
  }

  private static final class Checksum extends OutputStream {
    private final CRC32C crc = new CRC32C();

    @Override
    public void write(int b) {
      crc.update(b);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
      crc.update(bytes, offset, length);
    }
  }
}
