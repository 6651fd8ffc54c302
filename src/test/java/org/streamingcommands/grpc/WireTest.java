package org.streamingcommands.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.StringValue;
import io.grpc.Status;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.streamingcommands.command.Certainty;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.command.Progress;
import org.streamingcommands.command.Reason;
import org.streamingcommands.command.Receipt;

/** Everything that crosses the wire comes back as it went. */
class WireTest {

  static List<Outcome<Any>> outcomes() {
    Any any = Any.pack(StringValue.of("x"));
    return List.of(
        new Outcome.Completed<>(any),
        new Outcome.Completed<>(Any.getDefaultInstance()),
        new Outcome.Failed<>("CODE", "message", any),
        new Outcome.Cancelled<>("stopped"));
  }

  @ParameterizedTest
  @MethodSource("outcomes")
  void anOutcomeComesBack(Outcome<Any> outcome) {
    assertThat(Wire.outcome(Wire.outcome(outcome))).isEqualTo(outcome);
  }

  @ParameterizedTest
  @EnumSource
  void everyReasonComesBackAndIsAnErrorOfGrpc(Reason reason) {
    for (Certainty certainty : Certainty.values()) {
      Outcome<Any> outcome = new Outcome.Undelivered<>(reason, certainty, "why");
      assertThat(Wire.outcome(Wire.outcome(outcome))).isEqualTo(outcome);
    }
    assertThat(Status.fromCodeValue(reason.grpcCode()).isOk()).isFalse();
  }

  @ParameterizedTest
  @EnumSource
  void everyReceiptComesBack(Receipt receipt) {
    assertThat(Wire.receipt(Wire.receipt(receipt))).isEqualTo(receipt);
  }

  @Test
  void whatANewerVersionSaysReadsAsTheWeakestClaim() {
    assertThat(Wire.receipt(org.streamingcommands.grpc.v1.Receipt.UNRECOGNIZED))
        .isEqualTo(Receipt.QUEUED);
    assertThat(Wire.certainty(org.streamingcommands.grpc.v1.Certainty.UNRECOGNIZED))
        .isEqualTo(Certainty.SENT_UNCONFIRMED);
    assertThat(Wire.reason(org.streamingcommands.grpc.v1.Reason.UNRECOGNIZED))
        .isEqualTo(Reason.NODE_UNREACHABLE);
    assertThat(Wire.outcome(org.streamingcommands.grpc.v1.Outcome.getDefaultInstance()))
        .isInstanceOf(Outcome.Undelivered.class);
  }

  @Test
  void aPercentageOverAHundredReadsAsAHundred() {
    assertThat(
            Wire.progress(
                    org.streamingcommands.grpc.v1.Progress.newBuilder().setPercent(-1).build())
                .percent())
        .isEqualTo(100);
    assertThat(Wire.progress(Wire.progress(Progress.of(42, "m")))).isEqualTo(Progress.of(42, "m"));
  }

  @Test
  void timesComeBackToTheNanosecond() {
    Instant now = Instant.ofEpochSecond(1_700_000_000L, 123_456_789);
    assertThat(Wire.instant(Wire.timestamp(now))).isEqualTo(now);
    java.time.Duration negative = java.time.Duration.ofMillis(-1_500);
    assertThat(Wire.duration(Wire.duration(negative))).isEqualTo(negative);
  }
}
