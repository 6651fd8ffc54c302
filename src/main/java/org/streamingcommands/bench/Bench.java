package org.streamingcommands.bench;

import java.io.IOException;
import java.util.List;

/**
 * One run: starts the processes, warms every contender up, and then lets them take turns, so that
 * whatever else the machine does befalls all of them.
 */
public final class Bench {
  private static final List<Contender> ALL = List.of(Contender.values());

  /** The remote sender would only measure its way to the same node. */
  private static final List<Contender> SERVERS = List.of(Contender.FLOOR, Contender.LOCAL);

  private static final int[] WINDOWS = {64, 1024};

  private final BenchSettings settings;
  private final Samples samples;
  private volatile String doing = "starting the processes";

  public Bench(BenchSettings settings) {
    this.settings = settings;
    this.samples = new Samples(settings.rounds());
  }

  /** What it is at; for another thread to show. */
  public String doing() {
    return doing;
  }

  /**
   * Runs everything, once.
   *
   * @throws IOException where a process failed, or an ask did: there are no figures of failures
   */
  public Report run() throws IOException {
    try (Stage stage = Stage.start(settings.jvmFlags())) {
      if (wants(Scenario.CLOSED) || wants(Scenario.WINDOW)) {
        doing = "connecting %,d clients to each server".formatted(settings.clients());
        stage.connect(settings.clients());
      }
      if (wants(Scenario.CLOSED)) {
        closed(stage);
      }
      if (wants(Scenario.WINDOW)) {
        for (int window : WINDOWS) {
          window(stage, window);
        }
      }
      if (wants(Scenario.STALLED)) {
        doing = "connecting %,d clients to each server".formatted(settings.crowd());
        stage.connect(settings.crowd());
        stalled(stage);
      }
    }
    return samples.report();
  }

  private boolean wants(Scenario scenario) {
    return settings.scenarios().contains(scenario);
  }

  /** One measurement of one contender; the warm-up's figures are dropped. */
  private interface Turn {
    void run(Contender contender, int round, boolean counts) throws IOException;
  }

  private void takeTurns(String name, List<Contender> contenders, Turn turn) throws IOException {
    for (Contender contender : contenders) {
      doing = "%s: warming up %s".formatted(name, contender.label());
      turn.run(contender, 0, false);
    }
    for (int round = 0; round < settings.rounds(); round++) {
      for (Contender contender : contenders) {
        doing =
            "%s: %s, round %d of %d"
                .formatted(name, contender.label(), round + 1, settings.rounds());
        turn.run(contender, round, true);
      }
    }
  }

  private void closed(Stage stage) throws IOException {
    takeTurns(
        "one ask at a time",
        ALL,
        (contender, round, counts) -> {
          Line answer = measure(stage, contender, order("closed", settings.clients()));
          if (counts) {
            Percentiles took = Percentiles.from(answer);
            samples.add(contender, "closed_p50", Samples.MICROS, round, took.p50());
            samples.add(contender, "closed_p99", Samples.MICROS, round, took.p99());
            samples.add(contender, "closed_p99.9", Samples.MICROS, round, took.p999());
          }
        });
  }

  private void window(Stage stage, int window) throws IOException {
    takeTurns(
        "%,d asks under way".formatted(window),
        ALL,
        (contender, round, counts) -> {
          Line order = order("window", settings.clients()).with("window", window);
          Line answer = measure(stage, contender, order);
          if (counts) {
            samples.add(
                contender, "window_" + window, Samples.PER_SECOND, round, answer.decimal("rate"));
          }
        });
  }

  private void stalled(Stage stage) throws IOException {
    StalledFigures figures = new StalledFigures(samples);
    takeTurns(
        "one stalled among %,d".formatted(settings.crowd()),
        SERVERS,
        (contender, round, counts) -> {
          Line without = crowd(stage, contender, false);
          stage.stall(contender);
          Line with = crowd(stage, contender, true);
          stage.release();
          if (counts) {
            figures.add(contender, round, without, with);
          }
        });
  }

  private Line crowd(Stage stage, Contender contender, boolean stalled) throws IOException {
    Line order = order("stalled", settings.crowd()).with("rate", settings.rate());
    return measure(stage, contender, order.with("stalled", stalled ? 1 : 0));
  }

  private Line order(String word, int clients) {
    return Line.of(word).with("clients", clients).with("payload", settings.payload());
  }

  private Line measure(Stage stage, Contender contender, Line order) throws IOException {
    return stage.measure(contender, order, settings.time());
  }
}
