package org.streamingcommands.edge;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import io.grpc.StatusRuntimeException;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.edge.http2.InboundMessage;
import org.streamingcommands.grpc.v1.Cancelled;
import org.streamingcommands.grpc.v1.ClientFrame;
import org.streamingcommands.grpc.v1.ClientStreamServiceGrpc;
import org.streamingcommands.grpc.v1.CommandReceipt;
import org.streamingcommands.grpc.v1.CommandResult;
import org.streamingcommands.grpc.v1.Completed;
import org.streamingcommands.grpc.v1.Failed;
import org.streamingcommands.grpc.v1.Hello;
import org.streamingcommands.grpc.v1.Pong;
import org.streamingcommands.grpc.v1.ResultBatch;

/** Whatever a client sends means what generated code says that it means. */
class InboundMarshallerTest {
  private static final Any ANSWER =
      Any.newBuilder()
          .setTypeUrl("type.googleapis.com/some.Type")
          .setValue(ByteString.copyFromUtf8("value"))
          .build();
  private static final Any ANSWER_OF_A_NEWER_VERSION =
      ANSWER.toBuilder()
          .setUnknownFields(
              UnknownFieldSet.newBuilder()
                  .addField(9, UnknownFieldSet.Field.newBuilder().addVarint(1).build())
                  .build())
          .build();

  private final Random random = new Random(20240612);

  @Test
  void aCompletedResultIsReadByHand() throws IOException {
    for (String id : List.of("", "c1", "ünï-çödé-\uD83D\uDE00", "x".repeat(5_000))) {
      for (Any answer : List.of(Any.getDefaultInstance(), ANSWER, large())) {
        CommandResult result = completed(id, answer);
        assertByHand(frame(result), new Completion(id, new Outcome.Completed<>(answer)));
        assertByHand(
            frame(result, completed("other", ANSWER), result),
            new Completion(id, new Outcome.Completed<>(answer)),
            new Completion("other", new Outcome.Completed<>(ANSWER)),
            new Completion(id, new Outcome.Completed<>(answer)));
      }
    }
  }

  @Test
  void aCompletedResultWithoutAnAnswerHasTheDefaultOne() throws IOException {
    CommandResult result =
        CommandResult.newBuilder()
            .setCommandId("c1")
            .setCompleted(Completed.getDefaultInstance())
            .build();
    assertByHand(
        frame(result), new Completion("c1", new Outcome.Completed<>(Any.getDefaultInstance())));
  }

  @Test
  void aPongIsReadByHand() throws IOException {
    for (long nonce : new long[] {1, 7, 127, 128, 300, 1L << 35, Long.MAX_VALUE}) {
      byte[] bytes = pong(nonce).toByteArray();
      assertThat(read(bytes)).isEqualTo(new InboundFrame.Pong(bytes.length));
      assertSame(bytes);
    }
  }

  @Test
  void everyOtherFrameIsLeftToGeneratedCode() throws IOException {
    for (ClientFrame frame : others()) {
      InboundFrame read = read(frame.toByteArray());
      assertThat(read).isEqualTo(new InboundFrame.Generated(frame, frame.getSerializedSize()));
      assertSame(frame.toByteArray());
    }
  }

  @Test
  void whatHasAnotherShapeMeansTheSameAsBefore() throws IOException {
    byte[] result = frame(completed("c1", ANSWER)).toByteArray();
    byte[] batch = frame(completed("c1", ANSWER), completed("c2", ANSWER)).toByteArray();
    byte[] pong = pong(7).toByteArray();
    for (byte[] bytes :
        List.of(
            new byte[0],
            joined(result, result),
            joined(result, batch),
            joined(batch, result),
            joined(batch, batch),
            joined(result, pong),
            joined(pong, result),
            joined(result, new byte[1]),
            joined(pong, pong),
            joined(pong, new byte[1]),
            // Of a pong: a nonce that goes on, is too long, has another type, or there are two.
            hex("3202 0880"),
            hex("320b 08ffffffffffffffffff01"),
            hex("320b 08ffffffffffffffffff7f"),
            hex("320c 08ffffffffffffffffffff01"),
            hex("3202 0a00"),
            hex("3203 0d00000000"),
            hex("3204 08070808"),
            hex("3203 0807"),
            hex("3201 0807"),
            hex("3202 0080"),
            // Of the fields: an id twice, in another order, no id, no UTF-8, a long length.
            hex("220a 0a026331 0a026332 1200"),
            hex("2206 1200 0a026331"),
            hex("2202 1200"),
            hex("2206 0a02ff31 1200"),
            hex("2207 0a8200 6331 1200"),
            hex("228680808000 0a026331 1200"),
            hex("a28000 06 0a026331 1200"),
            // Of the kinds: completed twice, completed and then failed, the other way round.
            hex("2208 0a026331 1200 1200"),
            hex("2208 0a026331 1200 1a00"),
            hex("2208 0a026331 1a00 1200"),
            // An unknown field, a group that is not ended, one that was not begun, a tag of zero.
            hex("2208 0a026331 1200 2801"),
            hex("2207 0a026331 1200 2b"),
            hex("2207 0a026331 1200 24"),
            hex("2208 0a026331 1200 0000"),
            // A completed that has something unknown, an answer that is no UTF-8, an answer twice.
            hex("2208 0a026331 1202 1001"),
            hex("220b 0a026331 1205 0a03 0a01ff"),
            hex("2210 0a026331 120a 0a03 0a0161 0a03 120162"),
            hex("220e 0a026331 1208 0a06 0a0161 0a0162"),
            // Lengths that are longer than what there is, at each depth, and negative.
            hex("2207 0a026331 1200"),
            hex("2206 0a026331 1201"),
            hex("2208 0a026331 1202 0a01"),
            hex("22ffffffff0f 0a026331 1200"),
            hex("4200"),
            hex("4202 0a00"),
            hex("420a 0a06 0a026331 1200 0a00"))) {
      assertSame(bytes);
    }
  }

  @Test
  void anAnswerIsNestedAsDeepAsBefore() throws IOException {
    boolean some = false;
    boolean all = true;
    for (int depth = 80; depth < 110; depth++) {
      byte[] any = new byte[2 * depth];
      Arrays.fill(any, 0, depth, (byte) 0x4b);
      Arrays.fill(any, depth, 2 * depth, (byte) 0x4c);
      byte[] completed = joined(new byte[] {0x0a}, delimited(any));
      byte[] result = joined(new byte[] {0x12}, delimited(completed));
      boolean valid = assertSame(joined(new byte[] {0x22}, delimited(result)));
      assertSame(
          joined(new byte[] {0x42}, delimited(joined(new byte[] {0x0a}, delimited(result)))));
      some |= valid;
      all &= valid;
    }
    assertThat(some).isTrue();
    assertThat(all).isFalse();
  }

  @Test
  void whatIsDamagedMeansTheSameAsBefore() throws IOException {
    List<byte[]> whole = new ArrayList<>();
    for (ClientFrame frame : others()) {
      whole.add(frame.toByteArray());
    }
    for (int n = 0; n < 8; n++) {
      // Most damage shall be done to what is read by hand.
      whole.add(frame(completed("c" + n, ANSWER)).toByteArray());
      whole.add(frame(completed("c" + n, Any.getDefaultInstance())).toByteArray());
      whole.add(frame(completed("", ANSWER), completed("c" + n, ANSWER)).toByteArray());
      whole.add(pong(1L << 7 * n).toByteArray());
    }
    for (byte[] bytes : whole) {
      for (int length = 0; length <= bytes.length; length++) {
        assertSame(Arrays.copyOf(bytes, length));
      }
    }
    int valid = 0;
    int count = 60_000;
    for (int n = 0; n < count; n++) {
      byte[] bytes = whole.get(random.nextInt(whole.size()));
      for (int times = 1 + random.nextInt(3); times > 0; times--) {
        bytes = damaged(bytes, whole.get(random.nextInt(whole.size())));
      }
      valid += assertSame(bytes) ? 1 : 0;
    }
    // Else it would say little.
    assertThat(valid).isBetween(count / 10, count * 9 / 10);
  }

  @Test
  void whatIsCompressedAndIsNoneIsGarbage() throws IOException {
    // As the transport does: the header is read before, what is wrong comes with the first read.
    byte[] zipped = hex("1f8b08000000000000ff ffffffffffffffffffffffffffffffff");
    assertThat(
            ConnectMethod.DESCRIPTOR.parseRequest(
                new GZIPInputStream(new ByteArrayInputStream(zipped))))
        .isInstanceOf(InboundFrame.Garbage.class);
  }

  @Test
  void aMessageThatWasReadInPartIsTheRest() throws IOException {
    InboundMessage message = new InboundMessage(new byte[] {9, 1, 2, 3, 9}, 1, 3);
    assertThat(message.read()).isEqualTo(1);
    assertThat(message.offset()).isEqualTo(2);
    assertThat(message.length()).isEqualTo(2);
    assertThat(message.available()).isEqualTo(2);
    assertThat(message.readAllBytes()).containsExactly(2, 3);
    assertThat(message.length()).isZero();
  }

  private void assertByHand(ClientFrame frame, Completion... completions) throws IOException {
    byte[] bytes = frame.toByteArray();
    assertThat(read(bytes))
        .isEqualTo(new InboundFrame.Completions(List.of(completions), bytes.length));
    assertSame(bytes);
  }

  /** Whether it is valid. */
  private boolean assertSame(byte[] bytes) throws IOException {
    Meaning before = Meaning.asGenerated(bytes);
    assertThat(Meaning.of(read(bytes))).as(() -> Arrays.toString(bytes)).isEqualTo(before);
    return before.error == null;
  }

  /** In every way that a transport has; of each nothing is left of the array that it came in. */
  private InboundFrame read(byte[] bytes) throws IOException {
    byte[] around = new byte[bytes.length + 20];
    random.nextBytes(around);
    System.arraycopy(bytes, 0, around, 7, bytes.length);
    InboundFrame read =
        ConnectMethod.DESCRIPTOR.parseRequest(new InboundMessage(around, 7, bytes.length));
    random.nextBytes(around);
    assertThat(read.size()).isEqualTo(bytes.length);

    try (InputStream unknown = new FilterInputStream(new ByteArrayInputStream(bytes)) {}) {
      assertThat(ConnectMethod.DESCRIPTOR.parseRequest(unknown)).isEqualTo(read);
    }
    return read;
  }

  private byte[] damaged(byte[] bytes, byte[] other) {
    int at = random.nextInt(bytes.length + 1);
    byte[] before = Arrays.copyOf(bytes, at);
    byte[] after = Arrays.copyOfRange(bytes, at, bytes.length);
    int from = random.nextInt(other.length + 1);
    int to = Math.min(other.length, from + random.nextInt(12));
    return switch (random.nextInt(6)) {
      case 0 -> before;
      case 1 -> joined(before, new byte[] {(byte) random.nextInt()}, after);
      case 2 -> joined(before, Arrays.copyOfRange(other, from, to), after);
      case 3 -> joined(before, Arrays.copyOfRange(after, Math.min(1, after.length), after.length));
      case 4 -> joined(bytes, other);
      default -> {
        byte[] changed = bytes.clone();
        if (at < changed.length) {
          changed[at] = (byte) (random.nextBoolean() ? random.nextInt() : changed[at] + 1);
        }
        yield changed;
      }
    };
  }

  private static List<ClientFrame> others() {
    CommandResult failed =
        CommandResult.newBuilder()
            .setCommandId("c1")
            .setFailed(Failed.newBuilder().setCode("NO").setMessage("why").setDetails(ANSWER))
            .build();
    CommandResult cancelled =
        CommandResult.newBuilder()
            .setCommandId("c1")
            .setCancelled(Cancelled.newBuilder().setMessage("why"))
            .build();
    CommandResult none = CommandResult.newBuilder().setCommandId("c1").build();
    CommandResult newer = completed("c1", ANSWER_OF_A_NEWER_VERSION);
    return List.of(
        frame(failed),
        frame(cancelled),
        frame(none),
        frame(newer),
        frame(),
        frame(completed("c1", ANSWER), failed),
        frame(completed("c1", ANSWER), none, completed("c2", ANSWER)),
        frame(completed("c1", ANSWER), newer),
        ClientFrame.getDefaultInstance(),
        ClientFrame.newBuilder()
            .setReceipt(CommandReceipt.newBuilder().addCommandIds("c1").addCommandIds("c2"))
            .build(),
        ClientFrame.newBuilder().setPong(Pong.getDefaultInstance()).build(),
        pong(Long.MIN_VALUE),
        ClientFrame.newBuilder()
            .setHello(Hello.newBuilder().setService("s").addUnconfirmedResults(failed))
            .build());
  }

  private static ClientFrame pong(long nonce) {
    return ClientFrame.newBuilder().setPong(Pong.newBuilder().setNonce(nonce)).build();
  }

  private static CommandResult completed(String id, Any answer) {
    return CommandResult.newBuilder()
        .setCommandId(id)
        .setCompleted(Completed.newBuilder().setResult(answer))
        .build();
  }

  private static Any large() {
    return ANSWER.toBuilder().setValue(ByteString.copyFrom(new byte[100_000])).build();
  }

  private static ClientFrame frame(CommandResult result) {
    return ClientFrame.newBuilder().setResult(result).build();
  }

  private static ClientFrame frame(CommandResult... results) {
    return ClientFrame.newBuilder()
        .setResults(ResultBatch.newBuilder().addAllResults(List.of(results)))
        .build();
  }

  private static byte[] delimited(byte[] bytes) {
    return bytes.length < 0x80
        ? joined(new byte[] {(byte) bytes.length}, bytes)
        : joined(new byte[] {(byte) (bytes.length | 0x80), (byte) (bytes.length >> 7)}, bytes);
  }

  private static byte[] hex(String digits) {
    return HexFormat.of().parseHex(digits.replace(" ", ""));
  }

  private static byte[] joined(byte[]... parts) {
    return ByteString.copyFrom(Arrays.stream(parts).map(ByteString::copyFrom).toList())
        .toByteArray();
  }

  /**
   * What the engine is told of a frame: the results until there is something wrong, or the rest.
   */
  private record Meaning(
      List<Completion> results, @Nullable ClientFrame other, @Nullable String error) {
    /** Whichever: nobody looks at its nonce. */
    static final Meaning PONG =
        new Meaning(
            List.of(), ClientFrame.newBuilder().setPong(Pong.getDefaultInstance()).build(), null);

    static Meaning asGenerated(byte[] bytes) {
      try {
        return of(
            ClientStreamServiceGrpc.getConnectMethod()
                .getRequestMarshaller()
                .parse(new ByteArrayInputStream(bytes)));
      } catch (StatusRuntimeException e) {
        return new Meaning(List.of(), null, "garbage");
      }
    }

    static Meaning of(InboundFrame frame) {
      if (frame instanceof InboundFrame.Completions read) {
        return new Meaning(read.completions(), null, null);
      }
      if (frame instanceof InboundFrame.Pong) {
        return PONG;
      }
      return frame instanceof InboundFrame.Generated generated
          ? of(generated.frame())
          : new Meaning(List.of(), null, "garbage");
    }

    private static Meaning of(ClientFrame frame) {
      if (frame.hasPong()) {
        return PONG;
      }
      List<CommandResult> results =
          switch (frame.getFrameCase()) {
            case RESULT -> List.of(frame.getResult());
            case RESULTS -> frame.getResults().getResultsList();
            default -> null;
          };
      if (results == null || results.isEmpty()) {
        return new Meaning(List.of(), frame, null);
      }
      List<Completion> read = new ArrayList<>();
      try {
        for (CommandResult result : results) {
          read.add(new Completion(result.getCommandId(), ResultReader.read(result)));
        }
        return new Meaning(read, null, null);
      } catch (IllegalArgumentException e) {
        return new Meaning(read, null, e.getMessage());
      }
    }
  }
}
