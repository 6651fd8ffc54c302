package org.streamingcommands.connection;

import com.google.protobuf.Any;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.Timestamp;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import org.streamingcommands.command.Command;
import org.streamingcommands.command.Priority;

/** A command between nodes, in the bytes of {@code cluster/v1/values.proto}. */
final class CommandBytes {
  private static final int STRING = WireFormat.WIRETYPE_LENGTH_DELIMITED;
  private static final int NUMBER = WireFormat.WIRETYPE_VARINT;

  private static final int ID =
      org.streamingcommands.cluster.v1.Command.ID_FIELD_NUMBER << 3 | STRING;
  private static final int PAYLOAD =
      org.streamingcommands.cluster.v1.Command.PAYLOAD_FIELD_NUMBER << 3 | STRING;
  private static final int DEADLINE =
      org.streamingcommands.cluster.v1.Command.DEADLINE_FIELD_NUMBER << 3 | STRING;
  private static final int PRIORITY =
      org.streamingcommands.cluster.v1.Command.PRIORITY_FIELD_NUMBER << 3 | NUMBER;
  private static final int COALESCING_KEY =
      org.streamingcommands.cluster.v1.Command.COALESCING_KEY_FIELD_NUMBER << 3 | STRING;
  private static final int HEADERS =
      org.streamingcommands.cluster.v1.Command.HEADERS_FIELD_NUMBER << 3 | STRING;
  private static final int TIME_LEFT =
      org.streamingcommands.cluster.v1.Command.TIME_LEFT_FIELD_NUMBER << 3 | STRING;

  /** Of an entry of a protobuf map. */
  private static final int ENTRY_KEY = 1;

  private static final int ENTRY_VALUE = 2;

  /** Of a Timestamp and of a Duration, which look the same. */
  private static final int TIME_SECONDS = Timestamp.SECONDS_FIELD_NUMBER << 3 | NUMBER;

  private static final int TIME_NANOS = Timestamp.NANOS_FIELD_NUMBER << 3 | NUMBER;

  /** What a command is before anything of it is read. */
  static final Command NOTHING_YET =
      new Command("", Any.getDefaultInstance(), Instant.EPOCH, Priority.NORMAL, "", Map.of());

  private CommandBytes() {}

  /**
   * @param withPayload whether the payload is written, too
   * @param clock tells how much time is left
   */
  static void write(
      int field, Command command, boolean withPayload, InstantSource clock, WireBytes out) {
    int end = out.size();
    java.time.Duration timeLeft = java.time.Duration.between(clock.instant(), command.deadline());
    writeTime(
        org.streamingcommands.cluster.v1.Command.TIME_LEFT_FIELD_NUMBER,
        timeLeft.getSeconds(),
        timeLeft.getNano(),
        out);
    if (!command.headers().isEmpty()) {
      writeHeaders(command.headers(), out);
    }
    out.string(
        org.streamingcommands.cluster.v1.Command.COALESCING_KEY_FIELD_NUMBER,
        command.coalescingKey());
    out.number(
        org.streamingcommands.cluster.v1.Command.PRIORITY_FIELD_NUMBER,
        command.priority() == Priority.HIGH
            ? org.streamingcommands.cluster.v1.Priority.PRIORITY_HIGH_VALUE
            : org.streamingcommands.cluster.v1.Priority.PRIORITY_NORMAL_VALUE);
    writeTime(
        org.streamingcommands.cluster.v1.Command.DEADLINE_FIELD_NUMBER,
        command.deadline().getEpochSecond(),
        command.deadline().getNano(),
        out);
    if (withPayload) {
      out.any(org.streamingcommands.cluster.v1.Command.PAYLOAD_FIELD_NUMBER, command.payload());
    }
    out.string(org.streamingcommands.cluster.v1.Command.ID_FIELD_NUMBER, command.id());
    out.message(field, end);
  }

  private static void writeHeaders(Map<String, String> headers, WireBytes out) {
    headers.forEach(
        (key, value) -> {
          int end = out.size();
          // Of an entry that is there both are, also where they are empty.
          out.text(ENTRY_VALUE, value);
          out.text(ENTRY_KEY, key);
          out.message(org.streamingcommands.cluster.v1.Command.HEADERS_FIELD_NUMBER, end);
        });
  }

  private static void writeTime(int field, long seconds, int nanos, WireBytes out) {
    int end = out.size();
    out.number(Timestamp.NANOS_FIELD_NUMBER, nanos);
    out.number(Timestamp.SECONDS_FIELD_NUMBER, seconds);
    out.message(field, end);
  }

  /**
   * @param clock by which the time counts that is left
   * @param before what was read of it already, for a message within a message may come in parts
   */
  static Command read(CodedInputStream in, InstantSource clock, Command before) throws IOException {
    int outer = ValueBytes.enter(in);
    String id = before.id();
    Any payload = before.payload();
    Instant deadline = before.deadline();
    boolean isCounted = false;
    Priority priority = before.priority();
    String coalescingKey = before.coalescingKey();
    Map<String, String> headers = before.headers();
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      switch (tag) {
        case ID -> id = in.readStringRequireUtf8();
        case PAYLOAD -> payload = ValueBytes.readAny(in);
        case DEADLINE -> {
          java.time.Duration time = readTime(in);
          if (!isCounted) {
            deadline = Instant.ofEpochSecond(time.getSeconds(), time.getNano());
          }
        }
        case PRIORITY -> priority = priority(in.readEnum());
        case COALESCING_KEY -> coalescingKey = in.readStringRequireUtf8();
        case HEADERS -> headers = readHeader(in, headers);
        case TIME_LEFT -> {
          deadline = clock.instant().plus(readTime(in));
          isCounted = true;
        }
        default -> ValueBytes.skip(tag, in);
      }
    }
    in.popLimit(outer);
    return new Command(id, payload, deadline, priority, coalescingKey, headers);
  }

  private static Priority priority(int number) {
    return number == org.streamingcommands.cluster.v1.Priority.PRIORITY_HIGH_VALUE
        ? Priority.HIGH
        : Priority.NORMAL;
  }

  private static Map<String, String> readHeader(CodedInputStream in, Map<String, String> before)
      throws IOException {
    int outer = ValueBytes.enter(in);
    String key = "";
    String value = "";
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      switch (tag) {
        case ENTRY_KEY << 3 | STRING -> key = in.readStringRequireUtf8();
        case ENTRY_VALUE << 3 | STRING -> value = in.readStringRequireUtf8();
        default -> ValueBytes.skip(tag, in);
      }
    }
    in.popLimit(outer);
    Map<String, String> headers = new HashMap<>(before);
    headers.put(key, value);
    return headers;
  }

  private static java.time.Duration readTime(CodedInputStream in) throws IOException {
    int outer = ValueBytes.enter(in);
    long seconds = 0;
    int nanos = 0;
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      switch (tag) {
        case TIME_SECONDS -> seconds = in.readInt64();
        case TIME_NANOS -> nanos = in.readInt32();
        default -> ValueBytes.skip(tag, in);
      }
    }
    in.popLimit(outer);
    return java.time.Duration.ofSeconds(seconds, nanos);
  }
}
