package org.streamingcommands.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who is measured after whom. */
class TurnsTest {
  private static final List<Contender> BOTH = List.of(Contender.FLOOR, Contender.LOCAL);

  private final List<String> turns = new ArrayList<>();
  private final Turns two = new Turns(2, doing -> {});

  @Test
  void contendersAlternate() throws Exception {
    two.take("test", BOTH, this::record);
    assertThat(turns).containsExactly("floor 0", "local 0", "floor 1", "local 1");
  }

  @Test
  void aWarmUpAlternatesUntilEachHadItsTimeAndHasNoRound() throws Exception {
    two.warmUp("test", BOTH, Duration.ofNanos(1), this::record);
    assertThat(turns).containsExactly("floor -1", "local -1");
  }

  @Test
  void withoutAWarmUpNothingRunsBefore() throws Exception {
    two.warmUp("test", BOTH, Duration.ZERO, this::record);
    assertThat(turns).isEmpty();
  }

  private void record(Contender contender, int round) {
    turns.add(contender.label() + " " + round);
  }
}
