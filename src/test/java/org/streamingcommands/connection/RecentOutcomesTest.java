package org.streamingcommands.connection;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.StringValue;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.streamingcommands.command.Certainty;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.command.Reason;

class RecentOutcomesTest {
  private static final long WINDOW = 1000;
  private static final Any PAYLOAD = Any.pack(StringValue.of("do"));

  /** Of a type that has no number. */
  private static final Any LONG =
      PAYLOAD.toBuilder().setTypeUrl("example.com/" + "Long".repeat(100)).build();

  private final RecentOutcomes recent = new RecentOutcomes(WINDOW, 10, 100_000);

  static Stream<Outcome<Any>> everyKind() {
    return Stream.of(
        new Outcome.Completed<>(Any.getDefaultInstance()),
        new Outcome.Completed<>(Any.pack(StringValue.of("färdig"))),
        new Outcome.Failed<>("CODE", "why", PAYLOAD),
        new Outcome.Failed<>("CODE", "why", LONG),
        new Outcome.Failed<>("", ""),
        new Outcome.Cancelled<>("stopped"),
        new Outcome.Undelivered<>(
            Reason.TIMED_OUT, Certainty.RECEIVED_NOT_FINISHED, "the deadline passed"));
  }

  @ParameterizedTest
  @MethodSource("everyKind")
  void everyKindOfOutcomeComesBackAsItWas(Outcome<Any> outcome) {
    RecentOutcomes.Ended ended =
        new RecentOutcomes.Ended(Fingerprint.of(PAYLOAD), PAYLOAD.getTypeUrl(), outcome, 5);
    recent.inherit(List.of(new RecentOutcomes.Known("c1", ended)), 5);
    assertThat(recent.find("c1", 5)).isEqualTo(ended);
    assertThat(recent.all(5)).containsExactly(new RecentOutcomes.Known("c1", ended));
  }

  @Test
  void theTypeComesBackAsItWas() {
    for (Any payload : List.of(PAYLOAD, LONG)) {
      RecentOutcomes.Ended ended =
          new RecentOutcomes.Ended(
              Fingerprint.of(payload), payload.getTypeUrl(), new Outcome.Cancelled<>(""), 5);
      recent.inherit(List.of(new RecentOutcomes.Known(payload.getTypeUrl(), ended)), 5);
      assertThat(recent.find(payload.getTypeUrl(), 5)).isEqualTo(ended);
    }
  }

  @Test
  void aResultWithoutItsCommandIsOfAnyPayload() {
    recent.addResult("c1", new Outcome.Cancelled<>("stopped"), 5);
    assertThat(recent.find("c1", 5)).isNotNull();
    assertThat(recent.find("c1", 5).isOf(PAYLOAD)).isTrue();
  }

  @Test
  void nothingIsFoundAfterTheWindow() {
    recent.addResult("c1", new Outcome.Cancelled<>("stopped"), 5);
    assertThat(recent.find("c1", 5 + WINDOW)).isNotNull();
    assertThat(recent.find("c1", 6 + WINDOW)).isNull();
    assertThat(recent.isEmpty(6 + WINDOW)).isTrue();
  }

  @Test
  void aLateResultCorrectsWhatWasGivenUpAndNothingElse() {
    Outcome<Any> late = new Outcome.Completed<>(PAYLOAD);
    recent.addResult("done", new Outcome.Cancelled<>("stopped"), 5);
    recent.addResult("given up", Outcome.notSent(Reason.TIMED_OUT, "too late"), 5);
    assertThat(recent.correct("given up", late, 50)).isTrue();
    assertThat(recent.correct("done", late, 50)).isFalse();
    assertThat(recent.correct("unknown", late, 50)).isFalse();
    assertThat(recent.find("given up", 50).outcome()).isEqualTo(late);
    assertThat(recent.find("given up", 50).atMillis()).isEqualTo(5);
    assertThat(recent.find("given up", 6 + WINDOW)).isNull();
  }
}
