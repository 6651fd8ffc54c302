package org.streamingcommands.connection;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import org.streamingcommands.cluster.v1.Deliver;
import org.streamingcommands.command.Command;

/** A {@link Gateway.Deliver} in the bytes of {@code cluster/v1/gateway.proto}. */
final class DeliverBytes {
  private static final int STREAM =
      Deliver.STREAM_FIELD_NUMBER << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED;
  private static final int COMMAND =
      Deliver.COMMAND_FIELD_NUMBER << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED;
  private static final int RESULTS_CONFIRMED =
      Deliver.RESULTS_CONFIRMED_FIELD_NUMBER << 3 | WireFormat.WIRETYPE_VARINT;
  private static final int REDELIVERED =
      Deliver.REDELIVERED_FIELD_NUMBER << 3 | WireFormat.WIRETYPE_VARINT;
  private static final int SEQUENCE =
      Deliver.SEQUENCE_FIELD_NUMBER << 3 | WireFormat.WIRETYPE_VARINT;
  private static final int ANSWER_TO =
      Deliver.ANSWER_TO_FIELD_NUMBER << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED;
  private static final int PAYLOAD_ID =
      Deliver.PAYLOAD_ID_FIELD_NUMBER << 3 | WireFormat.WIRETYPE_VARINT;

  private DeliverBytes() {}

  /** Without the payload where that was told before. */
  static byte[] write(Gateway.Deliver deliver, InstantSource clock) {
    Delivery delivery = deliver.delivery();
    WireBytes out = new WireBytes();
    out.number(Deliver.PAYLOAD_ID_FIELD_NUMBER, deliver.payloadId());
    if (deliver.answerTo() != null) {
      ValueBytes.write(Deliver.ANSWER_TO_FIELD_NUMBER, deliver.answerTo(), out);
    }
    out.number(Deliver.SEQUENCE_FIELD_NUMBER, deliver.sequence());
    out.flag(Deliver.REDELIVERED_FIELD_NUMBER, delivery.redelivered());
    out.number(Deliver.RESULTS_CONFIRMED_FIELD_NUMBER, delivery.resultsConfirmed());
    boolean withPayload = deliver.payloadId() == SharedPayloads.NONE;
    CommandBytes.write(Deliver.COMMAND_FIELD_NUMBER, delivery.command(), withPayload, clock, out);
    ValueBytes.write(Deliver.STREAM_FIELD_NUMBER, deliver.stream(), out);
    return out.toByteArray();
  }

  static Gateway.Deliver read(byte[] bytes, InstantSource clock) throws IOException {
    CodedInputStream in = CodedInputStream.newInstance(bytes);
    @Nullable StreamRef stream = null;
    Command command = CommandBytes.NOTHING_YET;
    long resultsConfirmed = 0;
    boolean redelivered = false;
    long sequence = 0;
    @Nullable ReplyTo answerTo = null;
    long payloadId = SharedPayloads.NONE;
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      switch (tag) {
        case STREAM -> stream = ValueBytes.readStream(in);
        case COMMAND -> command = CommandBytes.read(in, clock, command);
        case RESULTS_CONFIRMED -> resultsConfirmed = in.readInt64();
        case REDELIVERED -> redelivered = in.readBool();
        case SEQUENCE -> sequence = in.readInt64();
        case ANSWER_TO -> answerTo = ValueBytes.readReplyTo(in);
        case PAYLOAD_ID -> payloadId = in.readInt64();
        default -> ValueBytes.skip(tag, in);
      }
    }
    return new Gateway.Deliver(
        ValueBytes.required("stream", stream),
        new Delivery(command, resultsConfirmed, redelivered),
        sequence,
        answerTo,
        payloadId);
  }
}
