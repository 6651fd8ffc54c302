package org.streamingcommands.grpc.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GrpcTimeoutTest {
  @ParameterizedTest
  @CsvSource({
    "1n, 1",
    "0n, 0",
    "7u, 7000",
    "100m, 100000000",
    "2S, 2000000000",
    "3M, 180000000000",
    "1H, 3600000000000"
  })
  void isANumberAndAUnit(String value, long nanos) throws FrameViolation {
    assertThat(GrpcTimeout.parse(value)).isEqualTo(Duration.ofNanos(nanos));
  }

  @Test
  void theLongestIsCenturies() throws FrameViolation {
    assertThat(GrpcTimeout.parse("99999999H")).isEqualTo(Duration.ofHours(99_999_999));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "S", "1", "1s", "-1S", "1.5S", "123456789S", " 1S", "1 S"})
  void anythingElseIsRefusedByName(String value) {
    assertThatExceptionOfType(FrameViolation.class)
        .isThrownBy(() -> GrpcTimeout.parse(value))
        .withMessageStartingWith("grpc-timeout: ");
  }
}
