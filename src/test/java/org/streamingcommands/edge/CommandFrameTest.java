package org.streamingcommands.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.UnknownFieldSet;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.streamingcommands.command.Command;
import org.streamingcommands.command.Priority;
import org.streamingcommands.connection.Delivery;
import org.streamingcommands.grpc.Wire;
import org.streamingcommands.grpc.v1.CommandBatch;
import org.streamingcommands.grpc.v1.CommandDelivery;
import org.streamingcommands.grpc.v1.Ping;
import org.streamingcommands.grpc.v1.ServerFrame;

/** Commands are written as generated code would write them, to the byte. */
class CommandFrameTest {
  private static final Instant NOW = Instant.ofEpochSecond(1_700_000_000, 250_000_000);
  private static final Any PAYLOAD =
      Any.newBuilder()
          .setTypeUrl("type.googleapis.com/some.Type")
          .setValue(ByteString.copyFromUtf8("value"))
          .build();

  private final Random random = new Random(20240611);

  @Test
  void everyFieldIsWrittenAsGeneratedCodeDoes() throws IOException {
    for (Duration left :
        List.of(
            Duration.ZERO,
            Duration.ofNanos(1),
            Duration.ofNanos(-1),
            Duration.ofSeconds(-1),
            Duration.ofMillis(-1_500),
            Duration.ofSeconds(30),
            Duration.ofDays(100_000))) {
      for (long confirmed : new long[] {0, 1, 127, 128, Long.MAX_VALUE, -1}) {
        for (boolean redelivered : new boolean[] {false, true}) {
          assertSame(delivery("c1", PAYLOAD, NOW.plus(left), Map.of(), confirmed, redelivered));
        }
      }
    }
  }

  @Test
  void whatIsEmptyOrLargeOrStrangeIsWrittenAsGeneratedCodeDoes() throws IOException {
    Any large = PAYLOAD.toBuilder().setValue(ByteString.copyFrom(new byte[3_000_000])).build();
    Any strange =
        PAYLOAD.toBuilder()
            .setUnknownFields(
                UnknownFieldSet.newBuilder()
                    .addField(7, UnknownFieldSet.Field.newBuilder().addVarint(7).build())
                    .build())
            .build();
    for (String id : List.of("", "c1", "ünï-çödé-\uD83D\uDE00", "x".repeat(5_000))) {
      for (Any payload : List.of(Any.getDefaultInstance(), PAYLOAD, strange, large)) {
        for (Instant deadline : List.of(NOW, Instant.EPOCH, Instant.MIN, Instant.MAX)) {
          assertSame(
              delivery(id, payload, deadline, Map.of("id-" + id, "", "", id, "k", "v"), 3, false));
        }
      }
    }
  }

  @Test
  void textThatIsNoUtf16IsWrittenAsGeneratedCodeDoes() throws IOException {
    assertSame(delivery("half a pair \uD83D", PAYLOAD, NOW, Map.of("k", "\uDE00"), 3, false));
  }

  @Test
  void oneOfAnyKindAndBatchesOfThemAreWrittenAsGeneratedCodeDoes() throws IOException {
    for (int n = 0; n < 3_000; n++) {
      List<Delivery> batch = new ArrayList<>();
      for (int size = 1 + random.nextInt(8); size > 0; size--) {
        batch.add(any());
      }
      assertSame(batch.get(0));
      assertThat(
              written(new CommandBatchFrame(batch.stream().map(CommandFrameTest::frame).toList())))
          .isEqualTo(
              ServerFrame.newBuilder()
                  .setCommands(
                      CommandBatch.newBuilder()
                          .addAllCommands(batch.stream().map(CommandFrameTest::generated).toList()))
                  .build()
                  .toByteArray());
    }
  }

  @Test
  void theSizeOfADeliveryIsThatOfTheGeneratedOne() {
    for (int n = 0; n < 1_000; n++) {
      Delivery delivery = any();
      assertThat(frame(delivery).deliverySize()).isEqualTo(generated(delivery).getSerializedSize());
    }
  }

  @Test
  void aBatchIsNotChangedByWhatBecomesOfTheList() throws IOException {
    List<CommandFrame> commands = new ArrayList<>(List.of(frame(any()), frame(any())));
    OutboundFrame batch = new CommandBatchFrame(commands);
    byte[] before = written(batch);

    commands.clear();

    assertThat(written(batch)).isEqualTo(before);
  }

  @Test
  void aCommandThatCannotBeEncodedSaysSoBeforeAnythingIsWritten() {
    assertThatThrownBy(() -> frame(delivery("c1", null, NOW, Map.of(), 0, false)))
        .isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> frame(delivery(null, PAYLOAD, NOW, Map.of(), 0, false)))
        .isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> frame(delivery("c1", PAYLOAD, null, Map.of(), 0, false)))
        .isInstanceOf(NullPointerException.class);
  }

  @Test
  void anyOtherFrameIsTheGeneratedOne() throws IOException {
    ServerFrame ping = ServerFrame.newBuilder().setPing(Ping.newBuilder().setNonce(7)).build();
    assertThat(written(new GeneratedFrame(ping))).isEqualTo(ping.toByteArray());
  }

  @Test
  void aStreamOfItHasItsBytes() throws IOException {
    OutboundFrame frame = frame(delivery("c1", PAYLOAD, NOW, Map.of(), 0, false));
    try (InputStream stream = ConnectMethod.DESCRIPTOR.streamResponse(frame)) {
      assertThat(stream.readAllBytes()).isEqualTo(written(frame));
    }
  }

  private static void assertSame(Delivery delivery) throws IOException {
    assertThat(written(frame(delivery)))
        .isEqualTo(ServerFrame.newBuilder().setCommand(generated(delivery)).build().toByteArray());
  }

  /** Into exactly as many bytes as it says. */
  private static byte[] written(OutboundFrame frame) throws IOException {
    byte[] bytes = new byte[frame.size()];
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    frame.writeTo(out);
    out.checkNoSpaceLeft();
    return bytes;
  }

  private static CommandFrame frame(Delivery delivery) {
    return CommandFrame.of(delivery, NOW);
  }

  private static CommandDelivery generated(Delivery delivery) {
    Command command = delivery.command();
    return CommandDelivery.newBuilder()
        .setCommandId(command.id())
        .setPayload(command.payload())
        .setDeadline(Wire.timestamp(command.deadline()))
        .setTimeLeft(Wire.duration(Duration.between(NOW, command.deadline())))
        .setResultsConfirmed(delivery.resultsConfirmed())
        .setRedelivered(delivery.redelivered())
        .putAllHeaders(command.headers())
        .build();
  }

  private Delivery any() {
    Any.Builder payload = Any.newBuilder();
    if (random.nextInt(10) > 0) {
      payload.setTypeUrl("type.googleapis.com/" + text(40));
    }
    if (random.nextInt(10) > 0) {
      byte[] value = new byte[random.nextInt(random.nextInt(20) == 0 ? 20_000 : 300)];
      random.nextBytes(value);
      payload.setValue(ByteString.copyFrom(value));
    }
    Map<String, String> headers = new LinkedHashMap<>();
    for (int count = Math.max(0, random.nextInt(8) - 4); count > 0; count--) {
      headers.put(text(20), text(200));
    }
    return delivery(
        text(30),
        payload.build(),
        NOW.plusNanos(random.nextLong() >> random.nextInt(63)),
        headers,
        random.nextLong() >>> random.nextInt(64),
        random.nextBoolean());
  }

  private String text(int most) {
    StringBuilder text = new StringBuilder();
    for (int left = random.nextInt(most); left > 0; left--) {
      char one = (char) (random.nextInt(20) == 0 ? random.nextInt(0x10000) : 'a' + left % 26);
      text.append(Character.isSurrogate(one) ? '?' : one);
    }
    return text.toString();
  }

  private static Delivery delivery(
      String id,
      Any payload,
      Instant deadline,
      Map<String, String> headers,
      long confirmed,
      boolean redelivered) {
    return new Delivery(
        new Command(id, payload, deadline, Priority.NORMAL, "", headers), confirmed, redelivered);
  }
}
