package org.streamingcommands.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Contenders one after the other, A B A B, so that whatever else the machine does befalls all of
 * them; and before that their warm-up in the same way, which gives no figures.
 */
final class Turns {
  private final int rounds;
  private final Consumer<String> doing;

  /**
   * @param doing is told what goes on
   */
  Turns(int rounds, Consumer<String> doing) {
    this.rounds = rounds;
    this.doing = doing;
  }

  /** Says what goes on otherwise. */
  void tell(String format, Object... values) {
    doing.accept(format.formatted(values));
  }

  /** One measurement of one contender; a warm-up has a round below 0. */
  interface Turn {
    void run(Contender contender, int round) throws IOException;
  }

  /** Measures until each contender has been at it for that long, and drops the figures. */
  void warmUp(String name, List<Contender> contenders, Duration each, Turn turn)
      throws IOException {
    Map<Contender, Long> spent = new EnumMap<>(Contender.class);
    boolean cold = !each.isZero();
    while (cold) {
      cold = false;
      for (Contender contender : contenders) {
        long before = spent.getOrDefault(contender, 0L);
        if (before < each.toNanos()) {
          doing.accept(
              "%s: warming up %s, %d of %d s"
                  .formatted(name, contender.label(), before / 1_000_000_000, each.toSeconds()));
          long start = System.nanoTime();
          turn.run(contender, -1);
          spent.put(contender, before + System.nanoTime() - start);
          cold = true;
        }
      }
    }
  }

  /** Every contender once a round. */
  void take(String name, List<Contender> contenders, Turn turn) throws IOException {
    for (int round = 0; round < rounds; round++) {
      for (Contender contender : contenders) {
        doing.accept(
            "%s: %s, round %d of %d".formatted(name, contender.label(), round + 1, rounds));
        turn.run(contender, round);
      }
    }
  }
}
