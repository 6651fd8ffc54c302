package org.streamingcommands.connection;

import com.google.protobuf.Any;
import com.google.protobuf.ByteOutput;
import com.google.protobuf.UnsafeByteOperations;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** Tells payloads apart without keeping them. */
record Fingerprint(int size, int hash, long crc) {

  static Fingerprint of(Any payload) {
    Checksum checksum = new Checksum();
    try {
      // Shows the bytes where they are: an output stream would be given a copy, and a buffer that
      // may only be read would be copied too.
      UnsafeByteOperations.unsafeWriteTo(payload.getValue(), checksum);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new Fingerprint(
        payload.getValue().size(),
        31 * payload.getTypeUrl().hashCode() + payload.getValue().hashCode(),
        checksum.crc.getValue());
  }

  /** Only reads what it is shown. */
  private static final class Checksum extends ByteOutput {
    private final CRC32C crc = new CRC32C();

    @Override
    public void write(byte b) {
      crc.update(b);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
      crc.update(bytes, offset, length);
    }

    @Override
    public void writeLazy(byte[] bytes, int offset, int length) {
      crc.update(bytes, offset, length);
    }

    @Override
    public void write(ByteBuffer bytes) {
      crc.update(bytes);
    }

    @Override
    public void writeLazy(ByteBuffer bytes) {
      crc.update(bytes);
    }
  }
}
