package org.streamingcommands.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** More and more clients: whether an ask gets slower, and how long it takes to ask them all. */
final class CrowdTrials {
  private static final List<Contender> BROADCASTERS =
      List.of(Contender.FLOOR, Contender.LOCAL, Contender.REMOTE);

  private final BenchSettings settings;
  private final Stage stage;
  private final Turns turns;
  private final Samples samples;

  CrowdTrials(BenchSettings settings, Stage stage, Turns turns, Samples samples) {
    this.settings = settings;
    this.stage = stage;
    this.turns = turns;
    this.samples = samples;
  }

  /** One ask at a time over all who are connected; the numbers only grow. */
  void growth(Notes notes) throws IOException {
    List<Contender> contenders = settings.wanted(ServerTrials.SERVERS);
    List<Integer> counts = new ArrayList<>();
    for (int count : settings.loads().growth()) {
      if (notes.cannotHold(count, "growth")) {
        break;
      }
      connect(contenders, count);
      String name = "one ask at a time, %,d connected".formatted(count);
      Turns.Turn turn = (contender, round) -> growth(contender, round, count);
      if (counts.isEmpty()) {
        warmUp(contenders, count);
        turns.warmUp(name, contenders, settings.phases().warmUp(), turn);
      }
      turns.take(name, contenders, turn);
      counts.add(count);
    }
    if (counts.size() > 1) {
      int least = counts.get(0);
      int most = counts.get(counts.size() - 1);
      contenders.forEach(
          contender ->
              samples.once(
                  contender,
                  "growth_p50_%d_to_%d".formatted(least, most),
                  Samples.TIMES,
                  samples.median(contender, p50(most)) / samples.median(contender, p50(least))));
    }
  }

  /**
   * With many asks under way: one at a time are too few for the code to be compiled for good, and
   * the smallest number, which is the first, would be measured without.
   */
  private void warmUp(List<Contender> contenders, int count) throws IOException {
    turns.warmUp(
        "many asks under way",
        contenders,
        settings.phases().windowWarmUp(),
        (contender, round) ->
            stage
                .seat(contender)
                .measure(
                    order("window").with("window", LoopTrial.WARMING),
                    count,
                    settings.phases().time()));
  }

  private static String p50(int count) {
    return "growth_p50_" + count;
  }

  private void growth(Contender contender, int round, int count) throws IOException {
    Line answer = stage.seat(contender).measure(order("closed"), count, settings.phases().time());
    samples.add(contender, p50(count), Samples.MICROS, round, Percentiles.from(answer).p50());
  }

  /** One command to all, until the last outcome is there. */
  void broadcast(Notes notes) throws IOException {
    int count = settings.loads().largestCrowd();
    if (notes.cannotHold(count, "broadcast")) {
      return;
    }
    List<Contender> contenders = settings.wanted(BROADCASTERS);
    connect(contenders, count);
    String name = "a command to all of %,d".formatted(count);
    Turns.Turn turn =
        (contender, round) -> {
          Line answer =
              stage.seat(contender).measure(order("broadcast"), count, settings.phases().time());
          samples.add(
              contender, "broadcast_" + count, Samples.MILLIS, round, answer.decimal("took"));
        };
    turns.warmUp(name, contenders, settings.phases().warmUp(), turn);
    turns.take(name, contenders, turn);
  }

  private void connect(List<Contender> contenders, int count) throws IOException {
    for (Contender contender : contenders) {
      turns.tell("connecting %2$,d clients to %1$s", contender.label(), count);
      stage.seat(contender).connect(count);
    }
  }

  private Line order(String word) {
    return Line.of(word).with("payload", settings.loads().payload());
  }
}
