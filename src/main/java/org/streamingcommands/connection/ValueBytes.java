package org.streamingcommands.connection;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.ExtensionRegistryLite;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Timestamp;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.streamingcommands.cluster.v1.Completed;
import org.streamingcommands.command.ClientKey;
import org.streamingcommands.command.Command;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.command.Priority;

/**
 * What every ask between nodes carries, in the bytes of {@code cluster/v1/values.proto} and past
 * the generated messages, whose builders cost many times the bytes. The rest is {@link
 * ValueWire}'s.
 */
final class ValueBytes {
  private static final int STRING = WireFormat.WIRETYPE_LENGTH_DELIMITED;
  private static final int NUMBER = WireFormat.WIRETYPE_VARINT;

  private static final int KEY_SERVICE =
      org.streamingcommands.cluster.v1.ClientKey.SERVICE_FIELD_NUMBER << 3 | STRING;
  private static final int KEY_CLIENT_ID =
      org.streamingcommands.cluster.v1.ClientKey.CLIENT_ID_FIELD_NUMBER << 3 | STRING;

  private static final int STREAM_NODE =
      org.streamingcommands.cluster.v1.StreamRef.NODE_FIELD_NUMBER << 3 | STRING;
  private static final int STREAM_ID =
      org.streamingcommands.cluster.v1.StreamRef.ID_FIELD_NUMBER << 3 | NUMBER;

  private static final int REPLY_NODE =
      org.streamingcommands.cluster.v1.ReplyTo.NODE_FIELD_NUMBER << 3 | STRING;
  private static final int REPLY_TICKET =
      org.streamingcommands.cluster.v1.ReplyTo.TICKET_FIELD_NUMBER << 3 | NUMBER;
  private static final int REPLY_STEPS =
      org.streamingcommands.cluster.v1.ReplyTo.STEPS_FIELD_NUMBER << 3 | NUMBER;

  private static final int COMMAND_ID =
      org.streamingcommands.cluster.v1.Command.ID_FIELD_NUMBER << 3 | STRING;
  private static final int COMMAND_PAYLOAD =
      org.streamingcommands.cluster.v1.Command.PAYLOAD_FIELD_NUMBER << 3 | STRING;
  private static final int COMMAND_DEADLINE =
      org.streamingcommands.cluster.v1.Command.DEADLINE_FIELD_NUMBER << 3 | STRING;
  private static final int COMMAND_PRIORITY =
      org.streamingcommands.cluster.v1.Command.PRIORITY_FIELD_NUMBER << 3 | NUMBER;
  private static final int COMMAND_COALESCING_KEY =
      org.streamingcommands.cluster.v1.Command.COALESCING_KEY_FIELD_NUMBER << 3 | STRING;
  private static final int COMMAND_HEADERS =
      org.streamingcommands.cluster.v1.Command.HEADERS_FIELD_NUMBER << 3 | STRING;
  private static final int COMMAND_TIME_LEFT =
      org.streamingcommands.cluster.v1.Command.TIME_LEFT_FIELD_NUMBER << 3 | STRING;

  private static final int OUTCOME_COMPLETED =
      org.streamingcommands.cluster.v1.Outcome.COMPLETED_FIELD_NUMBER << 3 | STRING;
  private static final int COMPLETED_RESULT = Completed.RESULT_FIELD_NUMBER << 3 | STRING;

  /** Of an entry of a protobuf map. */
  private static final int ENTRY_KEY = 1;

  private static final int ENTRY_VALUE = 2;

  /** Of a Timestamp and of a Duration, which look the same. */
  private static final int TIME_SECONDS = Timestamp.SECONDS_FIELD_NUMBER << 3 | NUMBER;

  private static final int TIME_NANOS = Timestamp.NANOS_FIELD_NUMBER << 3 | NUMBER;

  /** What a command is before anything of it is read. */
  static final Command NOTHING_YET =
      new Command("", Any.getDefaultInstance(), Instant.EPOCH, Priority.NORMAL, "", Map.of());

  private ValueBytes() {}

  // ---- a message within another ---------------------------------------------------------------

  /**
   * Goes into the message that is next; its tags end with 0.
   *
   * @return for {@link CodedInputStream#popLimit} at its end
   */
  static int enter(CodedInputStream in) throws IOException {
    return in.pushLimit(in.readUInt32());
  }

  /** What a newer version adds is passed over. */
  static void skip(int tag, CodedInputStream in) throws IOException {
    if (!in.skipField(tag)) {
      throw new InvalidProtocolBufferException("a group ends that did not begin");
    }
  }

  static <T> T required(String field, @Nullable T value) throws InvalidProtocolBufferException {
    if (value == null) {
      throw new InvalidProtocolBufferException(field + ": must be set");
    }
    return value;
  }

  // ---- names ----------------------------------------------------------------------------------

  static void write(int field, ClientKey key, WireBytes out) {
    int end = out.size();
    out.string(org.streamingcommands.cluster.v1.ClientKey.CLIENT_ID_FIELD_NUMBER, key.clientId());
    out.string(org.streamingcommands.cluster.v1.ClientKey.SERVICE_FIELD_NUMBER, key.service());
    out.message(field, end);
  }

  static ClientKey readKey(CodedInputStream in) throws IOException {
    int outer = enter(in);
    String service = "";
    String clientId = "";
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      switch (tag) {
        case KEY_SERVICE -> service = in.readStringRequireUtf8();
        case KEY_CLIENT_ID -> clientId = in.readStringRequireUtf8();
        default -> skip(tag, in);
      }
    }
    in.popLimit(outer);
    return ValueWire.key(service, clientId);
  }

  static void write(int field, StreamRef stream, WireBytes out) {
    int end = out.size();
    out.number(org.streamingcommands.cluster.v1.StreamRef.ID_FIELD_NUMBER, stream.id());
    out.string(org.streamingcommands.cluster.v1.StreamRef.NODE_FIELD_NUMBER, stream.node());
    out.message(field, end);
  }

  static StreamRef readStream(CodedInputStream in) throws IOException {
    int outer = enter(in);
    String node = "";
    long id = 0;
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      switch (tag) {
        case STREAM_NODE -> node = in.readStringRequireUtf8();
        case STREAM_ID -> id = in.readInt64();
        default -> skip(tag, in);
      }
    }
    in.popLimit(outer);
    return new StreamRef(node, id);
  }

  static void write(int field, ReplyTo to, WireBytes out) {
    int end = out.size();
    out.flag(org.streamingcommands.cluster.v1.ReplyTo.STEPS_FIELD_NUMBER, to.steps());
    out.number(org.streamingcommands.cluster.v1.ReplyTo.TICKET_FIELD_NUMBER, to.ticket());
    out.string(org.streamingcommands.cluster.v1.ReplyTo.NODE_FIELD_NUMBER, to.node());
    out.message(field, end);
  }

  static ReplyTo readReplyTo(CodedInputStream in) throws IOException {
    int outer = enter(in);
    String node = "";
    long ticket = 0;
    boolean steps = false;
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      switch (tag) {
        case REPLY_NODE -> node = in.readStringRequireUtf8();
        case REPLY_TICKET -> ticket = in.readInt64();
        case REPLY_STEPS -> steps = in.readBool();
        default -> skip(tag, in);
      }
    }
    in.popLimit(outer);
    return new ReplyTo(node, ticket, steps);
  }

  // ---- a command ------------------------------------------------------------------------------

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
  static Command readCommand(CodedInputStream in, InstantSource clock, Command before)
      throws IOException {
    int outer = enter(in);
    String id = before.id();
    Any payload = before.payload();
    Instant deadline = before.deadline();
    boolean isCounted = false;
    Priority priority = before.priority();
    String coalescingKey = before.coalescingKey();
    Map<String, String> headers = before.headers();
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      switch (tag) {
        case COMMAND_ID -> id = in.readStringRequireUtf8();
        case COMMAND_PAYLOAD -> payload = readAny(in);
        case COMMAND_DEADLINE -> {
          java.time.Duration time = readTime(in);
          if (!isCounted) {
            deadline = Instant.ofEpochSecond(time.getSeconds(), time.getNano());
          }
        }
        case COMMAND_PRIORITY -> priority = priority(in.readEnum());
        case COMMAND_COALESCING_KEY -> coalescingKey = in.readStringRequireUtf8();
        case COMMAND_HEADERS -> headers = readHeader(in, headers);
        case COMMAND_TIME_LEFT -> {
          deadline = clock.instant().plus(readTime(in));
          isCounted = true;
        }
        default -> skip(tag, in);
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
    int outer = enter(in);
    String key = "";
    String value = "";
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      switch (tag) {
        case ENTRY_KEY << 3 | STRING -> key = in.readStringRequireUtf8();
        case ENTRY_VALUE << 3 | STRING -> value = in.readStringRequireUtf8();
        default -> skip(tag, in);
      }
    }
    in.popLimit(outer);
    Map<String, String> headers = new HashMap<>(before);
    headers.put(key, value);
    return headers;
  }

  private static java.time.Duration readTime(CodedInputStream in) throws IOException {
    int outer = enter(in);
    long seconds = 0;
    int nanos = 0;
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      switch (tag) {
        case TIME_SECONDS -> seconds = in.readInt64();
        case TIME_NANOS -> nanos = in.readInt32();
        default -> skip(tag, in);
      }
    }
    in.popLimit(outer);
    return java.time.Duration.ofSeconds(seconds, nanos);
  }

  private static Any readAny(CodedInputStream in) throws IOException {
    return in.readMessage(Any.parser(), ExtensionRegistryLite.getEmptyRegistry());
  }

  // ---- an outcome -----------------------------------------------------------------------------

  /** Nearly all are completed; the others are as {@link ValueWire} writes them. */
  static void write(int field, Outcome<Any> outcome, WireBytes out) {
    int end = out.size();
    if (outcome instanceof Outcome.Completed<Any> completed) {
      int endOfCompleted = out.size();
      out.any(Completed.RESULT_FIELD_NUMBER, completed.result());
      out.message(org.streamingcommands.cluster.v1.Outcome.COMPLETED_FIELD_NUMBER, endOfCompleted);
    } else {
      out.raw(ValueWire.outcome(outcome).toByteArray());
    }
    out.message(field, end);
  }

  static Outcome<Any> readOutcome(CodedInputStream in) throws IOException {
    ByteString bytes = in.readBytes();
    if (bytes.isEmpty() || bytes.byteAt(0) != OUTCOME_COMPLETED) {
      return ValueWire.outcome(org.streamingcommands.cluster.v1.Outcome.parseFrom(bytes));
    }
    CodedInputStream outcome = bytes.newCodedInput();
    Any result = Any.getDefaultInstance();
    for (int tag = outcome.readTag(); tag != 0; tag = outcome.readTag()) {
      if (tag == OUTCOME_COMPLETED) {
        result = readCompleted(outcome);
      } else {
        skip(tag, outcome);
      }
    }
    return new Outcome.Completed<>(result);
  }

  private static Any readCompleted(CodedInputStream in) throws IOException {
    int outer = enter(in);
    Any result = Any.getDefaultInstance();
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (tag == COMPLETED_RESULT) {
        result = readAny(in);
      } else {
        skip(tag, in);
      }
    }
    in.popLimit(outer);
    return result;
  }
}
