package org.streamingcommands.connection;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.ExtensionRegistryLite;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.streamingcommands.cluster.v1.Completed;
import org.streamingcommands.command.ClientKey;
import org.streamingcommands.command.Outcome;

/**
 * What every ask between nodes carries, in the bytes of {@code cluster/v1/values.proto} and past
 * the generated messages, whose builders cost many times the bytes; commands are {@link
 * CommandBytes}'s, and the rest is {@link ValueWire}'s.
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

  private static final int OUTCOME_COMPLETED =
      org.streamingcommands.cluster.v1.Outcome.COMPLETED_FIELD_NUMBER << 3 | STRING;
  private static final int COMPLETED_RESULT = Completed.RESULT_FIELD_NUMBER << 3 | STRING;

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

  static Any readAny(CodedInputStream in) throws IOException {
    return in.readMessage(Any.parser(), ExtensionRegistryLite.getEmptyRegistry());
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
