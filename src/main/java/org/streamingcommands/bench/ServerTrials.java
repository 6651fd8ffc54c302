package org.streamingcommands.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** What only servers are compared in: a sender elsewhere would only measure its way to them. */
final class ServerTrials {
  /** Those whose clients and sender can be seen to the byte. */
  static final List<Contender> SERVERS = List.of(Contender.FLOOR, Contender.LOCAL);

  private final BenchSettings settings;
  private final Stage stage;
  private final Turns turns;
  private final Samples samples;
  private final List<Contender> contenders;

  ServerTrials(BenchSettings settings, Stage stage, Turns turns, Samples samples) {
    this.settings = settings;
    this.stage = stage;
    this.turns = turns;
    this.samples = samples;
    this.contenders = settings.wanted(SERVERS);
  }

  /** What an ask allocates in the server's process, which is the sender's too. */
  void allocation() throws IOException {
    int clients = settings.loads().clients();
    connect(clients);
    turns.warmUp("allocation", contenders, settings.phases().warmUp(), this::allocation);
    turns.take("allocation", contenders, this::allocation);
  }

  private void allocation(Contender contender, int round) throws IOException {
    Line answer =
        stage
            .seat(contender)
            .measure(order("allocation"), settings.loads().clients(), settings.phases().time());
    samples.add(contender, "allocation", Samples.BYTES, round, answer.decimal("bytes"));
    samples.add(contender, "threads_started", Samples.THREADS, round, answer.decimal("threads"));
  }

  /** Clients that come in at once, a connection each, and go again. */
  void connect() throws IOException {
    String name = "%,d clients come in".formatted(settings.loads().storm());
    turns.warmUp(name, contenders, settings.phases().warmUp(), this::storm);
    turns.take(name, contenders, this::storm);
  }

  private void storm(Contender contender, int round) throws IOException {
    Seat seat = stage.seat(contender);
    Usage before = seat.usage();
    int count = settings.loads().storm();
    Line come = Line.of("come").with("edge", seat.edge()).with("clients", count);
    double seconds = seat.clients().order(come, Seat.PATIENCE).decimal("seconds");
    Usage after = seat.usage();
    seat.clients().order(Line.of("go"), Seat.PATIENCE);
    double cpu = (after.cpuNanos() - before.cpuNanos()) / 1e9;
    samples.add(contender, "connect_rate", Samples.CONNECTS_PER_SECOND, round, count / seconds);
    samples.add(
        contender, "connect_rate_per_core", Samples.CONNECTS_PER_SECOND, round, count / cpu);
  }

  /** One that reads nothing among those that do. */
  void stalled() throws IOException {
    connect(settings.loads().crowd());
    String name = "one stalled among %,d".formatted(settings.loads().crowd());
    turns.warmUp(name, contenders, settings.phases().warmUp(), this::stalled);
    turns.take(name, contenders, this::stalled);
  }

  private void stalled(Contender contender, int round) throws IOException {
    Seat seat = stage.seat(contender);
    // In turn first and second: whatever a process does with time is no stalled client's doing.
    boolean calmFirst = round % 2 == 0;
    Line calm = calmFirst ? crowd(seat, false) : null;
    seat.clients().order(Line.of("stall").with("edge", seat.edge()), Seat.PATIENCE);
    Line stalled = crowd(seat, true);
    seat.clients().order(Line.of("release"), Seat.PATIENCE);
    Line without = calm == null ? crowd(seat, false) : calm;
    new StalledFigures(samples).add(contender, round, without, stalled);
  }

  private Line crowd(Seat seat, boolean stalled) throws IOException {
    Line order = order("stalled").with("rate", settings.loads().crowdRate());
    Duration time = settings.phases().time();
    return seat.measure(order.with("stalled", stalled ? 1 : 0), settings.loads().crowd(), time);
  }

  private void connect(int count) throws IOException {
    for (Contender contender : contenders) {
      turns.tell("connecting %2$,d clients to %1$s", contender.label(), count);
      stage.seat(contender).connect(count);
    }
  }

  private Line order(String word) {
    return Line.of(word).with("payload", settings.loads().payload());
  }
}
