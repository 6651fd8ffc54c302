package org.streamingcommands.connection;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import org.streamingcommands.cluster.v1.Send;
import org.streamingcommands.command.ClientKey;
import org.streamingcommands.command.Command;

/** A {@link ClientConnection.Send} in the bytes of {@code cluster/v1/entity.proto}. */
final class SendBytes {
  private static final int CLIENT =
      Send.CLIENT_FIELD_NUMBER << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED;
  private static final int COMMAND =
      Send.COMMAND_FIELD_NUMBER << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED;
  private static final int REPLY_TO =
      Send.REPLY_TO_FIELD_NUMBER << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED;
  private static final int BEHIND = Send.BEHIND_FIELD_NUMBER << 3 | WireFormat.WIRETYPE_VARINT;
  private static final int ASKS_WHERE =
      Send.ASKS_WHERE_FIELD_NUMBER << 3 | WireFormat.WIRETYPE_VARINT;

  private SendBytes() {}

  static byte[] write(ClientConnection.Send send, InstantSource clock) {
    WireBytes out = new WireBytes();
    out.flag(Send.ASKS_WHERE_FIELD_NUMBER, send.asksWhere());
    out.number(Send.BEHIND_FIELD_NUMBER, ValueWire.behind(send.replyTo().ticket(), send.after()));
    ValueBytes.write(Send.REPLY_TO_FIELD_NUMBER, send.replyTo(), out);
    CommandBytes.write(Send.COMMAND_FIELD_NUMBER, send.command(), true, clock, out);
    ValueBytes.write(Send.CLIENT_FIELD_NUMBER, send.client(), out);
    return out.toByteArray();
  }

  static ClientConnection.Send read(byte[] bytes, InstantSource clock) throws IOException {
    CodedInputStream in = CodedInputStream.newInstance(bytes);
    @Nullable ClientKey client = null;
    Command command = CommandBytes.NOTHING_YET;
    @Nullable ReplyTo replyTo = null;
    long behind = 0;
    boolean asksWhere = false;
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      switch (tag) {
        case CLIENT -> client = ValueBytes.readKey(in);
        case COMMAND -> command = CommandBytes.read(in, clock, command);
        case REPLY_TO -> replyTo = ValueBytes.readReplyTo(in);
        case BEHIND -> behind = in.readUInt64();
        case ASKS_WHERE -> asksWhere = in.readBool();
        default -> ValueBytes.skip(tag, in);
      }
    }
    ReplyTo waits = ValueBytes.required("reply_to", replyTo);
    return new ClientConnection.Send(
        ValueBytes.required("client", client),
        command,
        waits,
        ValueWire.after(waits.ticket(), behind),
        asksWhere);
  }
}
