package org.streamingcommands.command;

import java.util.ArrayList;
import java.util.List;

/**
 * In which steps a fleet is reached, and when to stop. The next wave begins when every client of
 * the one before has its outcome. Immutable.
 *
 * @param percents of the targets that are reached by the end of each wave: ascending, the last 100
 * @param maxFailurePercent of a wave's clients that may end otherwise than completed; as soon as
 *     more have, nobody else is sent to. 0: the first failure stops
 */
public record Waves(List<Double> percents, double maxFailurePercent) {
  private static final int MAX_WAVES = 100;
  private static final Waves NONE = new Waves(List.of(100.0), 100);

  /**
   * @throws IllegalArgumentException naming what is wrong
   */
  public Waves {
    percents = List.copyOf(percents);
    if (percents.isEmpty() || percents.size() > MAX_WAVES) {
      throw new IllegalArgumentException(
          "waves.percents: must be 1 to %d, are %d".formatted(MAX_WAVES, percents.size()));
    }
    double last = 0;
    for (int i = 0; i < percents.size(); i++) {
      // Written so that what is not a number fails too.
      if (!(percents.get(i) > last && percents.get(i) <= 100)) {
        throw new IllegalArgumentException(
            "waves.percents[%d]: must be more than %s and at most 100, is %s"
                .formatted(i, text(last), text(percents.get(i))));
      }
      last = percents.get(i);
    }
    if (last != 100) {
      throw new IllegalArgumentException(
          "waves.percents: the last must be 100, is %s".formatted(text(last)));
    }
    if (!(maxFailurePercent >= 0 && maxFailurePercent <= 100)) {
      throw new IllegalArgumentException(
          "waves.max_failure_percent: must be 0 to 100, is " + text(maxFailurePercent));
    }
  }

  /** One wave, which no failure stops. */
  public static Waves none() {
    return NONE;
  }

  /**
   * @param plan such as {@code 5%,25%,100%}; the percent signs may be left out
   * @throws IllegalArgumentException saying what cannot be read or is wrong
   */
  public static Waves parse(String plan, double maxFailurePercent) {
    List<Double> percents = new ArrayList<>();
    for (String part : plan.split(",", -1)) {
      String number = part.strip();
      number = number.endsWith("%") ? number.substring(0, number.length() - 1) : number;
      try {
        percents.add(Double.valueOf(number));
      } catch (NumberFormatException e) {
        throw new IllegalArgumentException(
            "waves.percents[%d]: '%s' is no percentage".formatted(percents.size(), part), e);
      }
    }
    return new Waves(percents, maxFailurePercent);
  }

  /** How many of so many targets are reached by the end of this wave; counted from 0. */
  public int end(int wave, int targets) {
    // A little less, so that 7 % of 100, which floating point makes 7.000000000000001, is 7.
    return Math.min(targets, (int) Math.ceil(percents.get(wave) * targets / 100 - 1e-9));
  }

  /** Whether so many failures in a wave of so many clients stop the send. */
  public boolean stopsAt(int failed, int clients) {
    return failed * 100.0 > maxFailurePercent * clients;
  }

  private static String text(double percent) {
    return percent == Math.rint(percent) && Math.abs(percent) < 1e9
        ? Long.toString((long) percent)
        : Double.toString(percent);
  }
}
