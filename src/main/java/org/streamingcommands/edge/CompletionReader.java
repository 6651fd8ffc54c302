package org.streamingcommands.edge;

import com.google.protobuf.Any;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.ExtensionRegistryLite;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.grpc.v1.ClientFrame;
import org.streamingcommands.grpc.v1.CommandResult;
import org.streamingcommands.grpc.v1.Completed;
import org.streamingcommands.grpc.v1.ResultBatch;

/**
 * Reads the frames that come most, results of completed commands, without generated messages in
 * between. It knows one shape of them, the one that encoders write, and leaves every other to
 * generated code: which of them are valid, and what they mean, is said there only.
 */
final class CompletionReader {
  private static final int FRAME_RESULT = tag(ClientFrame.RESULT_FIELD_NUMBER);
  private static final int FRAME_RESULTS = tag(ClientFrame.RESULTS_FIELD_NUMBER);
  private static final int BATCH_RESULT = tag(ResultBatch.RESULTS_FIELD_NUMBER);
  private static final int COMMAND_ID = tag(CommandResult.COMMAND_ID_FIELD_NUMBER);
  private static final int COMPLETED = tag(CommandResult.COMPLETED_FIELD_NUMBER);
  private static final int ANSWER = tag(Completed.RESULT_FIELD_NUMBER);

  private static final int END = 0;

  private static final Outcome<Any> WITHOUT_ANSWER =
      new Outcome.Completed<>(Any.getDefaultInstance());

  private final CodedInputStream in;

  private CompletionReader(CodedInputStream in) {
    this.in = in;
  }

  /** The results in a frame, at least one; null where it is anything else. */
  static @Nullable List<Completion> read(byte[] bytes, int offset, int length) {
    // Both are small enough to be one byte.
    if (length == 0 || bytes[offset] != FRAME_RESULT && bytes[offset] != FRAME_RESULTS) {
      return null;
    }
    try {
      return new CompletionReader(CodedInputStream.newInstance(bytes, offset, length)).frame();
    } catch (IOException e) {
      return null;
    }
  }

  private @Nullable List<Completion> frame() throws IOException {
    boolean isBatch = in.readTag() == FRAME_RESULTS;
    int before = in.pushLimit(in.readRawVarint32());
    List<Completion> completions = isBatch ? batch() : single();
    if (completions == null || !in.isAtEnd()) {
      return null;
    }
    in.popLimit(before);
    return in.isAtEnd() ? completions : null;
  }

  private @Nullable List<Completion> single() throws IOException {
    Completion only = completion();
    return only == null ? null : List.of(only);
  }

  private @Nullable List<Completion> batch() throws IOException {
    List<Completion> completions = new ArrayList<>();
    for (int tag = in.readTag(); tag != END; tag = in.readTag()) {
      if (tag != BATCH_RESULT) {
        return null;
      }
      int before = in.pushLimit(in.readRawVarint32());
      Completion next = completion();
      if (next == null) {
        return null;
      }
      completions.add(next);
      in.popLimit(before);
    }
    return completions.isEmpty() ? null : completions;
  }

  /** Up to the limit; null where what is there is not just an id and "completed". */
  private @Nullable Completion completion() throws IOException {
    int tag = in.readTag();
    String commandId = "";
    if (tag == COMMAND_ID) {
      commandId = in.readStringRequireUtf8();
      tag = in.readTag();
    }
    if (tag != COMPLETED) {
      return null;
    }
    int before = in.pushLimit(in.readRawVarint32());
    Outcome<Any> outcome = outcome();
    if (outcome == null) {
      return null;
    }
    in.popLimit(before);
    return in.isAtEnd() ? new Completion(commandId, outcome) : null;
  }

  /** Up to the limit; null where there is more than an answer. */
  private @Nullable Outcome<Any> outcome() throws IOException {
    if (in.isAtEnd()) {
      return WITHOUT_ANSWER;
    }
    if (in.readTag() != ANSWER) {
      return null;
    }
    Any answer = in.readMessage(Any.parser(), ExtensionRegistryLite.getEmptyRegistry());
    // What is unknown may be nested as deep as is allowed, which counts from the frame.
    return in.isAtEnd() && answer.getUnknownFields().asMap().isEmpty()
        ? new Outcome.Completed<>(answer)
        : null;
  }

  private static int tag(int field) {
    return field << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED;
  }
}
