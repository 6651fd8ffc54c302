package org.streamingcommands.connection;

import com.google.protobuf.Any;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.streamingcommands.cluster.v1.Resulted;
import org.streamingcommands.command.Outcome;

/** A {@link ClientConnection.Resulted} in the bytes of {@code cluster/v1/entity.proto}. */
final class ResultedBytes {
  private static final int STREAM =
      Resulted.STREAM_FIELD_NUMBER << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED;
  private static final int COMMAND_ID =
      Resulted.COMMAND_ID_FIELD_NUMBER << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED;
  private static final int OUTCOME =
      Resulted.OUTCOME_FIELD_NUMBER << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED;
  private static final int SEQUENCE =
      Resulted.SEQUENCE_FIELD_NUMBER << 3 | WireFormat.WIRETYPE_VARINT;
  private static final int ANSWERED =
      Resulted.ANSWERED_FIELD_NUMBER << 3 | WireFormat.WIRETYPE_VARINT;

  private ResultedBytes() {}

  static byte[] write(ClientConnection.Resulted resulted) {
    WireBytes out = new WireBytes();
    out.flag(Resulted.ANSWERED_FIELD_NUMBER, resulted.answered());
    out.number(Resulted.SEQUENCE_FIELD_NUMBER, resulted.sequence());
    ValueBytes.write(Resulted.OUTCOME_FIELD_NUMBER, resulted.outcome(), out);
    out.string(Resulted.COMMAND_ID_FIELD_NUMBER, resulted.commandId());
    ValueBytes.write(Resulted.STREAM_FIELD_NUMBER, resulted.stream(), out);
    return out.toByteArray();
  }

  static ClientConnection.Resulted read(byte[] bytes) throws IOException {
    CodedInputStream in = CodedInputStream.newInstance(bytes);
    @Nullable StreamRef stream = null;
    String commandId = "";
    @Nullable Outcome<Any> outcome = null;
    long sequence = 0;
    boolean answered = false;
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      switch (tag) {
        case STREAM -> stream = ValueBytes.readStream(in);
        case COMMAND_ID -> commandId = in.readStringRequireUtf8();
        case OUTCOME -> outcome = ValueBytes.readOutcome(in);
        case SEQUENCE -> sequence = in.readInt64();
        case ANSWERED -> answered = in.readBool();
        default -> ValueBytes.skip(tag, in);
      }
    }
    return new ClientConnection.Resulted(
        ValueBytes.required("stream", stream),
        commandId,
        ValueBytes.required("outcome", outcome),
        sequence,
        answered);
  }
}
