package org.streamingcommands.grpc.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.StringValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.Test;

class FrameReaderTest {
  private static final int LIMIT = 1 << 20;

  @Test
  void messagesAreReadHoweverTheirBytesAreCut() throws Exception {
    Random random = new Random(7);
    List<String> texts = new ArrayList<>();
    FrameBatch batch = new FrameBatch();
    for (int i = 0; i < 300; i++) {
      String text = "x".repeat(random.nextInt(10) == 0 ? random.nextInt(100_000) : i % 7);
      texts.add(text);
      batch.add(StringValue.of(text));
    }
    ByteString all = batch.take();
    for (int most : new int[] {1, 3, 100, 16_384, 1 << 30}) {
      FrameReader<StringValue> reader = reader();
      List<String> read = new ArrayList<>();
      int at = 0;
      while (at < all.size()) {
        int size = Math.min(all.size() - at, 1 + random.nextInt(most));
        reader.add(all.slice(at, at + size));
        at += size;
        StringValue next = reader.next();
        while (next != null) {
          read.add(next.getValue());
          next = reader.next();
        }
      }
      assertThat(read).isEqualTo(texts);
      assertThat(reader.isInMessage()).isFalse();
    }
  }

  @Test
  void theChunkThatAMessageBeganInIsNotWrittenTo() throws Exception {
    ByteString frame = FrameBatch.of(StringValue.of("abcdef"));
    byte[] beginning = frame.take(7).toArray();
    byte[] before = beginning.clone();
    FrameReader<StringValue> reader = reader();
    reader.add(ByteString.fromArrayUnsafe(beginning));
    assertThat(reader.next()).isNull();
    reader.add(frame.drop(7));
    assertThat(reader.next()).isEqualTo(StringValue.of("abcdef"));
    assertThat(beginning).isEqualTo(before);
  }

  @Test
  void aMessageOfExactlyTheLimitIsTakenAndOneByteMoreIsNot() throws Exception {
    StringValue message = StringValue.of("x".repeat(100));
    int size = message.getSerializedSize();
    FrameReader<StringValue> exact =
        new FrameReader<>(StringValue.parser(), MessageEncoding.IDENTITY, size);
    exact.add(FrameBatch.of(message));
    assertThat(exact.next()).isEqualTo(message);
    FrameReader<StringValue> less =
        new FrameReader<>(StringValue.parser(), MessageEncoding.IDENTITY, size - 1);
    less.add(FrameBatch.of(message));
    assertThatThrownBy(less::next)
        .isInstanceOf(FrameViolation.class)
        .hasMessageContaining(Integer.toString(size - 1));
  }

  private static FrameReader<StringValue> reader() {
    return new FrameReader<>(StringValue.parser(), MessageEncoding.IDENTITY, LIMIT);
  }
}
