package org.streamingcommands.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * What connections cost that only ping. Each server has a process of its own with the clients of it
 * alone, and counts against what the same process held with a few.
 */
final class IdleTrial {
  /** Connected before the count begins: what the first ones load is no connection's. */
  static final int FIRST = 20;

  private static final double MICROS = 1e3;

  private final BenchSettings settings;
  private final Turns turns;
  private final Samples samples;
  private final Notes notes;

  IdleTrial(BenchSettings settings, Turns turns, Samples samples, Notes notes) {
    this.settings = settings;
    this.turns = turns;
    this.samples = samples;
    this.notes = notes;
  }

  void run() throws IOException {
    // Room for the clients, whose process is no part of the figures, and for fifty thousand.
    List<String> flags = new ArrayList<>(List.of("-Xmx5g"));
    // After it: whoever names another heap means it.
    flags.addAll(settings.jvmFlags());
    for (Contender contender : settings.wanted(ServerTrials.SERVERS)) {
      try (Stage stage = Stage.apart(flags)) {
        run(contender, stage.seat(contender));
      }
    }
  }

  private void run(Contender contender, Seat seat) throws IOException {
    seat.connect(FIRST);
    Usage first = seat.collected();
    long firstSockets = Machine.socketBytes();
    for (int count : settings.loads().idle()) {
      if (notes.cannotHold(count, "idle")) {
        break;
      }
      turns.tell("connecting %2$,d clients to %1$s", contender.label(), count);
      seat.connect(count);
      double more = count - FIRST;
      // Before the collection: it returns memory that the process would have had.
      double resident = seat.usage().resident() - first.resident();
      Usage held = seat.collected();
      add(contender, "idle_heap_", count, (held.heap() - first.heap()) / more);
      add(contender, "idle_direct_", count, (held.direct() - first.direct()) / more);
      add(contender, "idle_resident_", count, resident / more);
      add(contender, "idle_sockets_", count, (Machine.socketBytes() - firstSockets) / more);
      cpu(contender, seat, count);
    }
  }

  /** After a warm-up, in which the server compiles what their coming has left to compile. */
  private void cpu(Contender contender, Seat seat, int count) throws IOException {
    turns.tell("%2$,d clients of %1$s settle", contender.label(), count);
    sleep(settings.phases().warmUp());
    turns.tell("%2$,d clients of %1$s only ping", contender.label(), count);
    long start = System.nanoTime();
    long before = seat.usage().cpuNanos();
    sleep(settings.phases().time().multipliedBy(4));
    double used = seat.usage().cpuNanos() - before;
    double share = used / (System.nanoTime() - start);
    samples.once(contender, "idle_cpu_" + count, Samples.PERCENT, 100 * share);
    samples.once(
        contender, "idle_cpu_each_" + count, Samples.MICROS_A_SECOND, share * 1e9 / MICROS / count);
  }

  private static void sleep(Duration time) throws IOException {
    try {
      Thread.sleep(time.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  private void add(Contender contender, String name, int count, double bytes) {
    samples.once(contender, name + count, Samples.BYTES, bytes);
  }
}
