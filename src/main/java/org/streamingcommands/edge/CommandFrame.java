package org.streamingcommands.edge;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.Timestamp;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.streamingcommands.command.Command;
import org.streamingcommands.connection.Delivery;
import org.streamingcommands.grpc.v1.CommandDelivery;
import org.streamingcommands.grpc.v1.ServerFrame;

/**
 * One command on its way to a client, in a frame of its own or as a part of a {@link
 * CommandBatchFrame}. Writes the bytes that a generated {@code CommandDelivery} would, straight
 * from what the engine has: the generated messages and their builders cost many times the bytes.
 */
final class CommandFrame implements OutboundFrame {
  /** Of an entry of a protobuf map. */
  private static final int KEY = 1;

  private static final int VALUE = 2;

  private final Delivery delivery;
  private final Duration timeLeft;
  private final int deliverySize;

  private CommandFrame(Delivery delivery, Duration timeLeft) {
    this.delivery = delivery;
    this.timeLeft = timeLeft;
    this.deliverySize = computeDeliverySize();
  }

  /**
   * @param now what the time left is counted from
   * @throws RuntimeException where the command cannot be encoded; what this returns can be
   */
  static CommandFrame of(Delivery delivery, Instant now) {
    return new CommandFrame(delivery, Duration.between(now, delivery.command().deadline()));
  }

  @Override
  public int size() {
    return sizeIn(ServerFrame.COMMAND_FIELD_NUMBER);
  }

  @Override
  public void writeTo(CodedOutputStream out) throws IOException {
    writeIn(ServerFrame.COMMAND_FIELD_NUMBER, out);
  }

  /** The size of the delivery, without what a frame puts around it. */
  int deliverySize() {
    return deliverySize;
  }

  /** The size as a field of another message. */
  int sizeIn(int field) {
    return messageSize(field, deliverySize);
  }

  /** Writes it as a field of another message. */
  void writeIn(int field, CodedOutputStream out) throws IOException {
    writeHead(field, deliverySize, out);
    writeDelivery(out);
  }

  /** As generated code does it: in the order of the numbers, without what has its default value. */
  private void writeDelivery(CodedOutputStream out) throws IOException {
    Command command = delivery.command();
    if (!command.id().isEmpty()) {
      out.writeString(CommandDelivery.COMMAND_ID_FIELD_NUMBER, command.id());
    }
    out.writeMessage(CommandDelivery.PAYLOAD_FIELD_NUMBER, command.payload());
    writeTime(
        CommandDelivery.DEADLINE_FIELD_NUMBER,
        command.deadline().getEpochSecond(),
        command.deadline().getNano(),
        out);
    if (!command.headers().isEmpty()) {
      writeHeaders(command.headers(), out);
    }
    if (delivery.resultsConfirmed() != 0) {
      out.writeUInt64(CommandDelivery.RESULTS_CONFIRMED_FIELD_NUMBER, delivery.resultsConfirmed());
    }
    if (delivery.redelivered()) {
      out.writeBool(CommandDelivery.REDELIVERED_FIELD_NUMBER, true);
    }
    writeTime(
        CommandDelivery.TIME_LEFT_FIELD_NUMBER, timeLeft.getSeconds(), timeLeft.getNano(), out);
  }

  private int computeDeliverySize() {
    Command command = delivery.command();
    int size =
        CodedOutputStream.computeMessageSize(
                CommandDelivery.PAYLOAD_FIELD_NUMBER, command.payload())
            + messageSize(
                CommandDelivery.DEADLINE_FIELD_NUMBER,
                timeSize(command.deadline().getEpochSecond(), command.deadline().getNano()))
            + messageSize(
                CommandDelivery.TIME_LEFT_FIELD_NUMBER,
                timeSize(timeLeft.getSeconds(), timeLeft.getNano()));
    if (!command.id().isEmpty()) {
      size +=
          CodedOutputStream.computeStringSize(
              CommandDelivery.COMMAND_ID_FIELD_NUMBER, command.id());
    }
    if (!command.headers().isEmpty()) {
      size += headersSize(command.headers());
    }
    if (delivery.resultsConfirmed() != 0) {
      size +=
          CodedOutputStream.computeUInt64Size(
              CommandDelivery.RESULTS_CONFIRMED_FIELD_NUMBER, delivery.resultsConfirmed());
    }
    if (delivery.redelivered()) {
      size += CodedOutputStream.computeBoolSize(CommandDelivery.REDELIVERED_FIELD_NUMBER, true);
    }
    return size;
  }

  private static void writeHeaders(Map<String, String> headers, CodedOutputStream out)
      throws IOException {
    for (Map.Entry<String, String> header : headers.entrySet()) {
      writeHead(CommandDelivery.HEADERS_FIELD_NUMBER, entrySize(header), out);
      out.writeString(KEY, header.getKey());
      out.writeString(VALUE, header.getValue());
    }
  }

  private static int headersSize(Map<String, String> headers) {
    int size = 0;
    for (Map.Entry<String, String> header : headers.entrySet()) {
      size += messageSize(CommandDelivery.HEADERS_FIELD_NUMBER, entrySize(header));
    }
    return size;
  }

  /** Of an entry that is there, both are written, also where they are empty. */
  private static int entrySize(Map.Entry<String, String> header) {
    return CodedOutputStream.computeStringSize(KEY, header.getKey())
        + CodedOutputStream.computeStringSize(VALUE, header.getValue());
  }

  /** A protobuf Timestamp or Duration: they look the same. */
  private static void writeTime(int field, long seconds, int nanos, CodedOutputStream out)
      throws IOException {
    writeHead(field, timeSize(seconds, nanos), out);
    if (seconds != 0) {
      out.writeInt64(Timestamp.SECONDS_FIELD_NUMBER, seconds);
    }
    if (nanos != 0) {
      out.writeInt32(Timestamp.NANOS_FIELD_NUMBER, nanos);
    }
  }

  private static int timeSize(long seconds, int nanos) {
    int size = 0;
    if (seconds != 0) {
      size += CodedOutputStream.computeInt64Size(Timestamp.SECONDS_FIELD_NUMBER, seconds);
    }
    if (nanos != 0) {
      size += CodedOutputStream.computeInt32Size(Timestamp.NANOS_FIELD_NUMBER, nanos);
    }
    return size;
  }

  /** What goes before the bytes of a message within a message. */
  static void writeHead(int field, int size, CodedOutputStream out) throws IOException {
    out.writeTag(field, WireFormat.WIRETYPE_LENGTH_DELIMITED);
    out.writeUInt32NoTag(size);
  }

  /** The size of a message within a message. */
  static int messageSize(int field, int size) {
    return CodedOutputStream.computeTagSize(field)
        + CodedOutputStream.computeUInt32SizeNoTag(size)
        + size;
  }
}
