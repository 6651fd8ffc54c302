package org.streamingcommands.testkit;

import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;

/** Seeded choices. Of one thread; {@link #split()} makes another's. */
final class Dice {
  private final SplittableRandom random;

  Dice(long seed) {
    this(new SplittableRandom(seed));
  }

  private Dice(SplittableRandom random) {
    this.random = random;
  }

  Dice split() {
    return new Dice(random.split());
  }

  long seed() {
    return random.nextLong();
  }

  /** True in so many of a hundred. */
  boolean percent(int chance) {
    return random.nextInt(100) < chance;
  }

  /** Both included. */
  int between(int least, int most) {
    return random.nextInt(least, most + 1);
  }

  Duration millis(int least, int most) {
    return Duration.ofMillis(between(least, most));
  }

  <T> T of(List<T> all) {
    return all.get(random.nextInt(all.size()));
  }
}
