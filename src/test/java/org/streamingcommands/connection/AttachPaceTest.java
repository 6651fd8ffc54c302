package org.streamingcommands.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class AttachPaceTest {
  private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);

  @Test
  void thePausesGrowUpToALimit() {
    assertThat(pauses(new AttachPace(() -> 0.5), 6))
        .containsExactly(1_000L, 2_000L, 4_000L, 8_000L, 8_000L, 8_000L);
  }

  @Test
  void thePausesBeginAnewWhenTheEntityWasFound() {
    AttachPace pace = new AttachPace(() -> 0.5);
    pauses(pace, 4);
    pace.startOver();
    assertThat(pauses(pace, 2)).containsExactly(1_000L, 2_000L);
  }

  @Test
  void streamsThatBeganTogetherDoNotAskTogether() {
    Random random = new Random(1);
    List<Long> first = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      first.addAll(pauses(new AttachPace(random::nextDouble), 1));
    }
    assertThat(first).allSatisfy(pause -> assertThat(pause).isCloseTo(1_000L, within(250L)));
    assertThat(first.stream().distinct().count()).isGreaterThan(50);
  }

  /** In ms. */
  private static List<Long> pauses(AttachPace pace, int count) {
    List<Long> pauses = new ArrayList<>();
    // Not from 0: the clock may say anything.
    long now = Long.MAX_VALUE - 5_000 * MILLI;
    for (int i = 0; i < count; i++) {
      pace.asked(now);
      long pause = 0;
      while (!pace.isDue(now + pause * MILLI)) {
        pause++;
      }
      pauses.add(pause);
      now += pause * MILLI;
    }
    return pauses;
  }
}
