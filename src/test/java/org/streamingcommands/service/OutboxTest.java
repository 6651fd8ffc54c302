package org.streamingcommands.service;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class OutboxTest {
  private final Outbox<String> outbox = new Outbox<>(4, 100);

  @Test
  void creditsAreOwedAfterAnAnswerOfNoneAndPaidAtHalfRoom() {
    for (int room = 3; room >= 0; room--) {
      outbox.add("frame", 1);
      assertThat(outbox.room()).isEqualTo(room);
    }
    outbox.poll();
    assertThat(outbox.creditsDue()).isZero();
    outbox.poll();
    assertThat(outbox.creditsDue()).isEqualTo(2);
    outbox.poll();
    assertThat(outbox.creditsDue()).isZero();
  }

  @Test
  void bytesFillItToo() {
    outbox.add("large", 100);
    assertThat(outbox.room()).isZero();
    outbox.poll();
    assertThat(outbox.creditsDue()).isEqualTo(4);
  }

  @Test
  void theStageIsWokenOnlyWhereItFoundNothing() {
    assertThat(outbox.add("first", 1)).isFalse();
    assertThat(outbox.poll()).isEqualTo("first");
    assertThat(outbox.poll()).isNull();
    assertThat(outbox.add("second", 1)).isTrue();
    assertThat(outbox.add("third", 1)).isFalse();
  }

  @Test
  void anEndWaitsForWhatIsBeforeItAndTakesNothingAfterIt() {
    outbox.add("last word", 1);
    Outbox.Ending ending = new Outbox.Ending(null);
    outbox.end(ending);
    outbox.add("too late", 1);
    assertThat(outbox.endingReached()).isNull();
    assertThat(outbox.poll()).isEqualTo("last word");
    assertThat(outbox.poll()).isNull();
    assertThat(outbox.endingReached()).isSameAs(ending);
    outbox.end(new Outbox.Ending(new IllegalStateException()));
    assertThat(outbox.endingReached()).isSameAs(ending);
  }

  @Test
  void anEndAtOnceDropsWhatWaits() {
    outbox.add("never read", 1);
    outbox.endAtOnce(new Outbox.Ending(new IllegalStateException()));
    assertThat(outbox.poll()).isNull();
    assertThat(outbox.endingReached()).isNotNull();
    assertThat(outbox.room()).isZero();
  }
}
