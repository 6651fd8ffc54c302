package org.streamingcommands.bench;

/** What one client that reads nothing did to the others, and to the server's memory. */
final class StalledFigures {
  private static final String ENDED = "ended_";
  private static final double MIB = 1 << 20;

  private final Samples samples;

  StalledFigures(Samples samples) {
    this.samples = samples;
  }

  /** One pair of phases: without the stalled client, and right after that with it. */
  void add(Contender contender, int round, Line without, Line with) {
    Percentiles calm = Percentiles.from(without);
    Percentiles stalled = Percentiles.from(with);
    add(contender, "others_p50_without", Samples.MICROS, round, calm.p50());
    add(contender, "others_p50_with", Samples.MICROS, round, stalled.p50());
    add(contender, "others_p99_without", Samples.MICROS, round, calm.p99());
    add(contender, "others_p99_with", Samples.MICROS, round, stalled.p99());
    double change = 100 * (stalled.p99() / calm.p99() - 1);
    add(contender, "others_p99_change", Samples.PERCENT, round, change);
    double failed = without.decimal("failed") + with.decimal("failed");
    add(contender, "others_failed", Samples.COMMANDS, round, failed);
    for (String memory : new String[] {"heap", "direct"}) {
      add(contender, memory + "_without", Samples.MIB, round, without.decimal(memory) / MIB);
      add(contender, memory + "_with", Samples.MIB, round, with.decimal(memory) / MIB);
    }
    add(contender, "sent", Samples.COMMANDS, round, with.decimal("sent"));
    with.values().keySet().stream()
        .filter(name -> name.startsWith(ENDED))
        .forEach(name -> add(contender, name, Samples.COMMANDS, round, with.decimal(name)));
    add(contender, "never_ended", Samples.COMMANDS, round, with.decimal("never_ended"));
  }

  private void add(Contender contender, String name, String unit, int round, double value) {
    samples.add(contender, "stalled_" + name, unit, round, value);
  }
}
