package org.streamingcommands.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.streamingcommands.cluster.v1.Batch;
import org.streamingcommands.cluster.v1.Deliver;
import org.streamingcommands.cluster.v1.Resulted;
import org.streamingcommands.cluster.v1.Send;
import org.streamingcommands.command.Certainty;
import org.streamingcommands.command.ClientKey;
import org.streamingcommands.command.Command;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.command.Priority;
import org.streamingcommands.command.Reason;

/** What is written past the generated messages is what those write, and is read as they do. */
class WireBytesTest {
  private static final InstantSource CLOCK = () -> Instant.ofEpochSecond(1_700_000_000, 5);
  private static final String[] WORDS = {
    "", "a", "bots", "grüße", "日本", "\uD83D\uDE00!", "x".repeat(200), "ü".repeat(300)
  };
  private static final int TRIES = 2_000;

  private final Random random = new Random(1);

  private String word() {
    return WORDS[random.nextInt(WORDS.length)];
  }

  private long number() {
    return switch (random.nextInt(4)) {
      case 0 -> 0;
      case 1 -> -1;
      case 2 -> random.nextInt(300);
      default -> random.nextLong();
    };
  }

  private ByteString bytes() {
    byte[] bytes = new byte[random.nextInt(4) == 0 ? random.nextInt(5_000) : random.nextInt(3)];
    random.nextBytes(bytes);
    return ByteString.copyFrom(bytes);
  }

  private Any any() {
    return Any.newBuilder().setTypeUrl(word()).setValue(bytes()).build();
  }

  private ReplyTo replyTo() {
    return new ReplyTo(word(), number(), random.nextBoolean());
  }

  private StreamRef stream() {
    return new StreamRef(word(), number());
  }

  private Command command() {
    return new Command(
        word(),
        any(),
        // Before and after the clock, and before the epoch.
        Instant.ofEpochSecond(random.nextInt(3_000) * 1_000_000L - 100, random.nextInt(3) * 7L),
        random.nextBoolean() ? Priority.HIGH : Priority.NORMAL,
        word(),
        random.nextBoolean() ? Map.of() : Map.of(word(), word()));
  }

  private Outcome<Any> outcome() {
    return switch (random.nextInt(4)) {
      case 0 -> new Outcome.Completed<>(any());
      case 1 -> new Outcome.Failed<>(word(), word(), any());
      case 2 -> new Outcome.Cancelled<>(word());
      default -> new Outcome.Undelivered<>(Reason.QUEUE_FULL, Certainty.NOT_SENT, word());
    };
  }

  /** Parsed and written again by generated code, they are the same. */
  private static void assertCanonical(byte[] written, Parser<? extends MessageLite> parser)
      throws InvalidProtocolBufferException {
    assertThat(parser.parseFrom(written).toByteArray()).isEqualTo(written);
  }

  @Test
  void aSendIsWhatGeneratedCodeWritesAndReads() throws IOException {
    for (int i = 0; i < TRIES; i++) {
      long ticket = 10 + random.nextInt(1_000_000);
      ClientConnection.Send send =
          new ClientConnection.Send(
              ValueWire.key(word(), word()),
              command(),
              new ReplyTo(word(), ticket, random.nextBoolean()),
              random.nextBoolean() ? SendOrder.FIRST : ticket - 5,
              random.nextBoolean());
      byte[] written = SendBytes.write(send, CLOCK);
      assertCanonical(written, Send.parser());
      assertThat(ValueWire.command(Send.parseFrom(written).getCommand(), CLOCK))
          .isEqualTo(send.command());
      assertThat(SendBytes.read(written, CLOCK)).isEqualTo(send);
    }
  }

  @Test
  void aDeliveryIsWhatGeneratedCodeWritesAndReads() throws IOException {
    for (int i = 0; i < TRIES; i++) {
      Gateway.Deliver deliver =
          new Gateway.Deliver(
              stream(),
              new Delivery(command(), number(), random.nextBoolean()),
              number(),
              random.nextBoolean() ? null : replyTo());
      byte[] written = DeliverBytes.write(deliver, CLOCK);
      assertCanonical(written, Deliver.parser());
      assertThat(DeliverBytes.read(written, CLOCK)).isEqualTo(deliver);
    }
  }

  @Test
  void aDeliveryOfAPayloadThatWasToldIsWrittenWithoutIt() throws IOException {
    Gateway.Deliver deliver =
        new Gateway.Deliver(stream(), new Delivery(command(), 5, true), 6, replyTo()).naming(8);
    Gateway.Deliver read = DeliverBytes.read(DeliverBytes.write(deliver, CLOCK), CLOCK);
    assertThat(read.payloadId()).isEqualTo(8);
    assertThat(read.delivery().command().payload()).isEqualTo(Any.getDefaultInstance());
    assertThat(read.with(deliver.delivery().command().payload()).delivery())
        .isEqualTo(deliver.delivery());
  }

  @Test
  void aResultIsWhatGeneratedCodeWritesAndReads() throws IOException {
    for (int i = 0; i < TRIES; i++) {
      ClientConnection.Resulted resulted =
          new ClientConnection.Resulted(
              stream(), word(), outcome(), number(), random.nextBoolean());
      byte[] written = ResultedBytes.write(resulted);
      assertCanonical(written, Resulted.parser());
      assertThat(ResultedBytes.read(written)).isEqualTo(resulted);
    }
  }

  @Test
  void aBatchIsWhatGeneratedCodeWritesAndReads() throws IOException {
    for (int i = 0; i < TRIES / 10; i++) {
      List<Gateway.Batch.Item> items = new ArrayList<>();
      for (int n = random.nextInt(30); n > 0; n--) {
        items.add(new Gateway.Batch.Item(word(), word(), bytes()));
      }
      TrunkOffer offer =
          random.nextBoolean() ? null : new TrunkOffer(word(), word(), random.nextInt(), bytes());
      Gateway.Batch batch = new Gateway.Batch(items, offer, bytes());
      byte[] written = BatchBytes.write(batch);
      assertCanonical(written, Batch.parser());
      assertThat(BatchBytes.read(written)).isEqualTo(batch);
    }
  }

  @Test
  void whatIsCutShortIsRefused() {
    ClientConnection.Send send =
        new ClientConnection.Send(
            ClientKey.of("bots", "b1"), command(), new ReplyTo("n", 7, true), 5, true);
    byte[] written = SendBytes.write(send, CLOCK);
    for (int length = 0; length < written.length; length++) {
      byte[] cut = Arrays.copyOf(written, length);
      try {
        // Where it ends between two fields, something is read: the last ones have their defaults.
        assertThat(SendBytes.read(cut, CLOCK).client()).isEqualTo(send.client());
      } catch (IOException e) {
        assertThat(e).isInstanceOf(InvalidProtocolBufferException.class);
      }
    }
  }

  @Test
  void whatIsMissingIsNamed() {
    assertThatThrownBy(() -> SendBytes.read(new byte[0], CLOCK))
        .hasMessage("reply_to: must be set");
    assertThatThrownBy(() -> DeliverBytes.read(new byte[0], CLOCK))
        .hasMessage("stream: must be set");
    assertThatThrownBy(() -> ResultedBytes.read(new byte[0])).hasMessage("stream: must be set");
  }
}
