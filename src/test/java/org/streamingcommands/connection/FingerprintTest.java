package org.streamingcommands.connection;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.nio.ByteBuffer;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** It travels between nodes of different versions, so it must not change. */
class FingerprintTest {
  private static final String TYPE = "type.googleapis.com/my.pkg.Command";

  @Test
  void isOfTheTypeAndTheBytes() {
    ByteString bytes = ByteString.copyFromUtf8("123456789");
    // The check value that CRC-32C is published with.
    assertThat(Fingerprint.of(payload(bytes)))
        .isEqualTo(new Fingerprint(9, 31 * TYPE.hashCode() + bytes.hashCode(), 0xE3069283L));
  }

  /** Every way in which protobuf keeps bytes. */
  static Stream<ByteString> kinds() {
    byte[] random = new byte[10_000];
    new Random(7).nextBytes(random);
    ByteString whole = ByteString.copyFrom(random);
    ByteBuffer direct = ByteBuffer.allocateDirect(random.length).put(random).flip();
    return Stream.of(
        ByteString.EMPTY,
        whole,
        whole.substring(3, 5_000),
        whole.substring(5_000).concat(whole),
        UnsafeByteOperations.unsafeWrap(direct),
        UnsafeByteOperations.unsafeWrap(ByteBuffer.wrap(random, 10, 500).asReadOnlyBuffer()));
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void theSumIsThatOfTheBytes(ByteString bytes) {
    CRC32C sum = new CRC32C();
    sum.update(bytes.toByteArray());
    Fingerprint fingerprint = Fingerprint.of(payload(bytes));
    assertThat(fingerprint.crc()).isEqualTo(sum.getValue());
    assertThat(fingerprint.size()).isEqualTo(bytes.size());
    assertThat(fingerprint)
        .isEqualTo(Fingerprint.of(payload(ByteString.copyFrom(bytes.toByteArray()))));
  }

  @Test
  void oneOtherBitIsAnother() {
    assertThat(Fingerprint.of(payload(ByteString.copyFromUtf8("a"))))
        .isNotEqualTo(Fingerprint.of(payload(ByteString.copyFromUtf8("c"))));
  }

  private static Any payload(ByteString bytes) {
    return Any.newBuilder().setTypeUrl(TYPE).setValue(bytes).build();
  }
}
