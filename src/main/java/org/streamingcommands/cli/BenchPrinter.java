package org.streamingcommands.cli;

import java.io.PrintWriter;
import java.util.Locale;
import org.streamingcommands.bench.BenchSettings;
import org.streamingcommands.bench.Loads;
import org.streamingcommands.bench.Phases;
import org.streamingcommands.bench.Report;
import org.streamingcommands.bench.Row;

/** The bench's figures as a table, and what they were taken with. */
final class BenchPrinter {
  private final PrintWriter out;

  BenchPrinter(PrintWriter out) {
    this.out = out;
  }

  void print(BenchSettings settings, Report report) {
    TextTable table = new TextTable("MEASURE", "CONTENDER", "MEDIAN", "SPREAD", "UNIT", "x FLOOR");
    report.rows().forEach(row -> table.row(cells(row)));
    table.lines().forEach(out::println);
    out.println();
    report.notes().forEach(out::println);
    parameters(settings.loads(), settings.phases());
  }

  private void parameters(Loads loads, Phases phases) {
    out.printf(
        "%,d clients (open loop: %,d asks/s; stalled: %,d and one, %,d asks/s), commands of %,d bytes.%n",
        loads.clients(), loads.openRate(), loads.crowd(), loads.crowdRate(), loads.payload());
    out.printf(
        "Each contender warmed up for %d s (many asks under way: %d s), then %d x %.1f s in turn.%n",
        phases.warmUp().toSeconds(),
        phases.windowWarmUp().toSeconds(),
        phases.rounds(),
        phases.time().toMillis() / 1e3);
    out.printf(
        "All processes on the same %d cores, Java %s, %s %s.%n",
        Runtime.getRuntime().availableProcessors(),
        Runtime.version(),
        System.getProperty("os.name"),
        System.getProperty("os.arch"));
  }

  private static String[] cells(Row row) {
    return new String[] {
      row.measure(),
      row.contender(),
      number(row.value()),
      number(row.spread()),
      row.unit(),
      row.ratioToFloor().isPresent()
          ? String.format(Locale.ROOT, "%.2f", row.ratioToFloor().getAsDouble())
          : ""
    };
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, Math.abs(value) < 100 ? "%.2f" : "%,.0f", value);
  }
}
