package org.streamingcommands.bench;

import java.io.IOException;
import java.util.List;

/** How long asks take and how many go through: one at a time, in windows, and at a fixed rate. */
final class LoopTrial {
  private static final List<Contender> ALL = List.of(Contender.values());
  private static final int[] WINDOWS = {64, 1024};

  /** The window that warms up: the one that keeps everything busy. */
  static final int WARMING = 1024;

  private final BenchSettings settings;
  private final Stage stage;
  private final Turns turns;
  private final Samples samples;
  private final List<Contender> contenders;

  LoopTrial(
      BenchSettings settings, Stage stage, Turns turns, Samples samples, List<Contender> absent) {
    this.settings = settings;
    this.stage = stage;
    this.turns = turns;
    this.samples = samples;
    this.contenders =
        settings.wanted(ALL).stream().filter(contender -> !absent.contains(contender)).toList();
  }

  /** All that are asked for, with the same clients. */
  void run() throws IOException {
    for (Contender contender : contenders) {
      turns.tell("starting %s and %,d clients", contender.label(), settings.loads().clients());
      stage.seat(contender).connect(settings.loads().clients());
    }
    // First: one at a time are too few for the code to be compiled for good.
    turns.warmUp(
        "many asks under way",
        contenders,
        settings.phases().windowWarmUp(),
        (contender, round) -> window(contender, round, WARMING));
    if (settings.wants(Scenario.CLOSED)) {
      String name = "one ask at a time";
      turns.warmUp(name, contenders, settings.phases().warmUp(), this::closed);
      turns.take(name, contenders, this::closed);
    }
    if (settings.wants(Scenario.WINDOW)) {
      for (int window : WINDOWS) {
        turns.take(
            "%,d asks under way".formatted(window),
            contenders,
            (contender, round) -> window(contender, round, window));
      }
    }
    if (settings.wants(Scenario.OPEN)) {
      int rate = settings.loads().openRate();
      turns.take("%,d asks a second".formatted(rate), contenders, this::open);
    }
  }

  private void closed(Contender contender, int round) throws IOException {
    Percentiles took = Percentiles.from(measure(contender, Line.of("closed")));
    samples.latency(contender, "closed", round, took);
  }

  private void window(Contender contender, int round, int window) throws IOException {
    Line answer = measure(contender, Line.of("window").with("window", window));
    samples.add(contender, "window_" + window, Samples.PER_SECOND, round, answer.decimal("rate"));
  }

  private void open(Contender contender, int round) throws IOException {
    Line order = Line.of("open").with("rate", settings.loads().openRate());
    Line answer = measure(contender, order);
    String name = "open_" + settings.loads().openRate();
    samples.latency(contender, name, round, Percentiles.from(answer));
    samples.add(contender, name + "_failed", Samples.COMMANDS, round, answer.decimal("failed"));
  }

  private Line measure(Contender contender, Line order) throws IOException {
    return stage
        .seat(contender)
        .measure(
            order.with("payload", settings.loads().payload()),
            settings.loads().clients(),
            settings.phases().time());
  }
}
