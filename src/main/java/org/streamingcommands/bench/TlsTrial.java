package org.streamingcommands.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * What connections over TLS hold: heap after a collection, and memory outside it, where BoringSSL
 * has its own. The heap is the system's from the start, so that what a process has more is neither
 * garbage nor room.
 */
final class TlsTrial {
  private static final int HEAP_MIB = 400;

  /** For a connection's either end, with room to collect. */
  private static final int HEAP_KIB_EACH = 100;

  private final BenchSettings settings;
  private final Turns turns;
  private final Samples samples;
  private final Notes notes;

  TlsTrial(BenchSettings settings, Turns turns, Samples samples, Notes notes) {
    this.settings = settings;
    this.turns = turns;
    this.samples = samples;
    this.notes = notes;
  }

  void run() throws IOException {
    List<String> flags = new ArrayList<>(settings.jvmFlags());
    List<Integer> counts = settings.loads().idle();
    String heap = HEAP_MIB + counts.get(counts.size() - 1) * HEAP_KIB_EACH / 1024 + "m";
    flags.addAll(List.of("-Xms" + heap, "-Xmx" + heap, "-XX:+AlwaysPreTouch"));
    try (TlsFiles files = TlsFiles.make()) {
      for (Contender contender : settings.wanted(ServerTrials.SERVERS)) {
        try (Stage stage = Stage.overTls(flags, files)) {
          run(contender, stage.seat(contender));
        }
      }
    }
  }

  private void run(Contender contender, Seat seat) throws IOException {
    seat.connect(IdleTrial.FIRST);
    Usage first = seat.collected();
    for (int count : settings.loads().idle()) {
      if (notes.cannotHold(count, "tls")) {
        break;
      }
      turns.tell("connecting %2$,d clients to %1$s over TLS", contender.label(), count);
      seat.connect(count);
      Usage held = seat.collected();
      double more = count - IdleTrial.FIRST;
      double heap = (held.heap() - first.heap()) / more;
      double outside = (held.resident() - first.resident()) / more;
      samples.once(contender, "tls_heap_" + count, Samples.BYTES, heap);
      samples.once(contender, "tls_outside_" + count, Samples.BYTES, outside);
      samples.once(contender, "tls_memory_" + count, Samples.BYTES, heap + outside);
    }
  }
}
