package org.streamingcommands.connection;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import org.streamingcommands.command.Certainty;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.command.Reason;

/**
 * How a command ended, as bytes in this process's memory: no form that anything else reads, hence
 * without field numbers.
 */
final class OutcomeBytes {
  private static final int COMPLETED = 0;
  private static final int FAILED = 1;
  private static final int CANCELLED = 2;
  private static final int UNDELIVERED = 3;

  private static final Reason[] REASONS = Reason.values();
  private static final Certainty[] CERTAINTIES = Certainty.values();

  private static final int MOST_TYPES = 1000;
  private static final TypeNumbers TYPES = new TypeNumbers(MOST_TYPES);

  private OutcomeBytes() {}

  static int size(RecentOutcomes.Ended ended) {
    Fingerprint fingerprint = ended.fingerprint();
    int size = sizeOfType(ended.typeUrl()) + 1 + 1;
    if (fingerprint != null) {
      size += CodedOutputStream.computeUInt32SizeNoTag(fingerprint.size()) + 4 + 8;
    }
    return size + size(ended.outcome());
  }

  private static int size(Outcome<Any> outcome) {
    if (outcome instanceof Outcome.Completed<Any> completed) {
      return size(completed.result());
    }
    if (outcome instanceof Outcome.Failed<Any> failed) {
      return CodedOutputStream.computeStringSizeNoTag(failed.code())
          + CodedOutputStream.computeStringSizeNoTag(failed.message())
          + size(failed.details());
    }
    if (outcome instanceof Outcome.Cancelled<Any> cancelled) {
      return CodedOutputStream.computeStringSizeNoTag(cancelled.message());
    }
    Outcome.Undelivered<Any> undelivered = (Outcome.Undelivered<Any>) outcome;
    return 2 + CodedOutputStream.computeStringSizeNoTag(undelivered.message());
  }

  private static int size(Any any) {
    return sizeOfType(any.getTypeUrl()) + CodedOutputStream.computeBytesSizeNoTag(any.getValue());
  }

  private static int sizeOfType(String typeUrl) {
    int number = TYPES.of(typeUrl);
    int size = CodedOutputStream.computeUInt32SizeNoTag(number);
    return number == TypeNumbers.NONE
        ? size + CodedOutputStream.computeStringSizeNoTag(typeUrl)
        : size;
  }

  static void write(RecentOutcomes.Ended ended, ByteBuffer to) {
    try {
      CodedOutputStream out =
          CodedOutputStream.newInstance(
              to.array(), to.arrayOffset() + to.position(), to.remaining());
      writeType(ended.typeUrl(), out);
      Fingerprint fingerprint = ended.fingerprint();
      out.writeBoolNoTag(fingerprint != null);
      if (fingerprint != null) {
        out.writeUInt32NoTag(fingerprint.size());
        out.writeFixed32NoTag(fingerprint.hash());
        out.writeFixed64NoTag(fingerprint.crc());
      }
      write(ended.outcome(), out);
      out.checkNoSpaceLeft();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void write(Outcome<Any> outcome, CodedOutputStream out) throws IOException {
    if (outcome instanceof Outcome.Completed<Any> completed) {
      out.write((byte) COMPLETED);
      write(completed.result(), out);
    } else if (outcome instanceof Outcome.Failed<Any> failed) {
      out.write((byte) FAILED);
      out.writeStringNoTag(failed.code());
      out.writeStringNoTag(failed.message());
      write(failed.details(), out);
    } else if (outcome instanceof Outcome.Cancelled<Any> cancelled) {
      out.write((byte) CANCELLED);
      out.writeStringNoTag(cancelled.message());
    } else if (outcome instanceof Outcome.Undelivered<Any> undelivered) {
      out.write((byte) UNDELIVERED);
      out.write((byte) undelivered.reason().ordinal());
      out.write((byte) undelivered.certainty().ordinal());
      out.writeStringNoTag(undelivered.message());
    }
  }

  private static void write(Any any, CodedOutputStream out) throws IOException {
    writeType(any.getTypeUrl(), out);
    out.writeBytesNoTag(any.getValue());
  }

  private static void writeType(String typeUrl, CodedOutputStream out) throws IOException {
    int number = TYPES.of(typeUrl);
    out.writeUInt32NoTag(number);
    if (number == TypeNumbers.NONE) {
      out.writeStringNoTag(typeUrl);
    }
  }

  static RecentOutcomes.Ended read(ByteBuffer from, long atMillis) {
    try {
      // Copies what it reads: the bytes are another entry's soon.
      CodedInputStream in =
          CodedInputStream.newInstance(
              from.array(), from.arrayOffset() + from.position(), from.remaining());
      String typeUrl = readType(in);
      Fingerprint fingerprint =
          in.readBool()
              ? new Fingerprint(in.readUInt32(), in.readFixed32(), in.readFixed64())
              : null;
      return new RecentOutcomes.Ended(fingerprint, typeUrl, readOutcome(in), atMillis);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Outcome<Any> readOutcome(CodedInputStream in) throws IOException {
    int kind = in.readRawByte();
    return switch (kind) {
      case COMPLETED -> new Outcome.Completed<>(readAny(in));
      case FAILED -> new Outcome.Failed<>(in.readString(), in.readString(), readAny(in));
      case CANCELLED -> new Outcome.Cancelled<>(in.readString());
      case UNDELIVERED ->
          new Outcome.Undelivered<>(
              REASONS[in.readRawByte()], CERTAINTIES[in.readRawByte()], in.readString());
      default -> throw new IllegalStateException("no kind of outcome: " + kind);
    };
  }

  private static Any readAny(CodedInputStream in) throws IOException {
    String typeUrl = readType(in);
    ByteString value = in.readBytes();
    return typeUrl.isEmpty() && value.isEmpty()
        ? Any.getDefaultInstance()
        : Any.newBuilder().setTypeUrl(typeUrl).setValue(value).build();
  }

  private static String readType(CodedInputStream in) throws IOException {
    int number = in.readUInt32();
    return number == TypeNumbers.NONE ? in.readString() : TYPES.typeUrl(number);
  }
}
