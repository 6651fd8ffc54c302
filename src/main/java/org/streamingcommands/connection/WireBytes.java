package org.streamingcommands.connection;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import java.nio.charset.StandardCharsets;

/**
 * A protobuf message, written from its last field to its first: what a message within it takes is
 * known once that is written, so that nothing has to be measured before. The bytes are those of
 * generated code, which leaves out what has its default value. Not thread-safe.
 */
final class WireBytes {
  /** Most messages between nodes have less. */
  private static final int USUAL = 512;

  /** Of the characters that are one byte in UTF-8. */
  private static final char LAST_PLAIN = 0x7F;

  private static final int VARINT_BITS = 7;
  private static final int VARINT_MORE = 1 << VARINT_BITS;

  private byte[] bytes;

  /** What is written begins here and goes to the end. */
  private int at;

  WireBytes() {
    this(USUAL);
  }

  /**
   * @param size what it will have, about
   */
  WireBytes(int size) {
    bytes = new byte[size];
    at = size;
  }

  /** How much is written: where a message within this one ends, told before its fields are. */
  int size() {
    return bytes.length - at;
  }

  byte[] toByteArray() {
    byte[] written = new byte[size()];
    System.arraycopy(bytes, at, written, 0, written.length);
    return written;
  }

  void string(int field, String value) {
    if (!value.isEmpty()) {
      text(field, value);
    }
  }

  /** There, also where it is empty. */
  void text(int field, String value) {
    int end = size();
    int length = value.length();
    makeRoom(length);
    int to = at;
    for (int i = length - 1; i >= 0; i--) {
      char c = value.charAt(i);
      if (c > LAST_PLAIN) {
        raw(value.getBytes(StandardCharsets.UTF_8));
        message(field, end);
        return;
      }
      bytes[--to] = (byte) c;
    }
    at = to;
    message(field, end);
  }

  void bytes(int field, ByteString value) {
    if (!value.isEmpty()) {
      int end = size();
      makeRoom(value.size());
      at -= value.size();
      value.copyTo(bytes, at);
      message(field, end);
    }
  }

  /** Of another message that is written already. */
  void raw(byte[] written) {
    makeRoom(written.length);
    at -= written.length;
    System.arraycopy(written, 0, bytes, at, written.length);
  }

  /** An int64, a uint64 or an enum. */
  void number(int field, long value) {
    if (value != 0) {
      varint(value);
      varint(tag(field, WireFormat.WIRETYPE_VARINT));
    }
  }

  void flag(int field, boolean value) {
    number(field, value ? 1 : 0);
  }

  /** There, also where it is empty. */
  void any(int field, Any value) {
    int end = size();
    bytes(Any.VALUE_FIELD_NUMBER, value.getValue());
    string(Any.TYPE_URL_FIELD_NUMBER, value.getTypeUrl());
    message(field, end);
  }

  /**
   * What was written since is a message within this one, and there also where it is empty.
   *
   * @param end the {@link #size} before
   */
  void message(int field, int end) {
    varint(size() - end);
    varint(tag(field, WireFormat.WIRETYPE_LENGTH_DELIMITED));
  }

  private static int tag(int field, int wireType) {
    return field << 3 | wireType;
  }

  private void varint(long value) {
    int length = CodedOutputStream.computeUInt64SizeNoTag(value);
    makeRoom(length);
    at -= length;
    int to = at;
    long rest = value;
    for (int i = 1; i < length; i++) {
      bytes[to++] = (byte) (rest | VARINT_MORE);
      rest >>>= VARINT_BITS;
    }
    bytes[to] = (byte) rest;
  }

  private void makeRoom(int count) {
    if (at < count) {
      int size = size();
      byte[] larger = new byte[Math.max(2 * bytes.length, size + count)];
      System.arraycopy(bytes, at, larger, larger.length - size, size);
      at = larger.length - size;
      bytes = larger;
    }
  }
}
