package org.streamingcommands.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.streamingcommands.bench.Bench;
import org.streamingcommands.bench.BenchSettings;
import org.streamingcommands.bench.Report;
import org.streamingcommands.bench.Row;
import org.streamingcommands.bench.Scenario;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Measures, on this machine and by itself. */
@Command(
    name = "bench",
    description = {
      "Measure a node against a floor: hand-written grpc-java that promises nothing.",
      "Servers, senders and clients are JVMs of their own, on loopback. Contenders take turns;"
          + " read ratios, and measure on a machine that does nothing else."
    })
final class BenchCommand implements Callable<Integer> {
  // Set by picocli.
  @Spec private CommandSpec spec;

  @Option(
      names = "--scenario",
      paramLabel = "NAME",
      split = ",",
      description = "closed, window, stalled or all; ${DEFAULT-VALUE} unless set.",
      defaultValue = "all")
  private List<String> scenarios = new ArrayList<>();

  @Option(
      names = "--clients",
      paramLabel = "N",
      description = "Clients that are asked; ${DEFAULT-VALUE} unless set.",
      defaultValue = "300")
  private int clients;

  @Option(
      names = "--crowd",
      paramLabel = "N",
      description = "Clients beside the stalled one; ${DEFAULT-VALUE} unless set.",
      defaultValue = "1000")
  private int crowd;

  @Option(
      names = "--rate",
      paramLabel = "N",
      description = "Asks a second to that crowd; ${DEFAULT-VALUE} unless set.",
      defaultValue = "2000")
  private int rate;

  @Option(
      names = "--payload",
      paramLabel = "BYTES",
      description = "The size of a command; ${DEFAULT-VALUE} unless set.",
      defaultValue = "100")
  private int payload;

  @Option(
      names = "--seconds",
      paramLabel = "N",
      description = "Of each measurement and warm-up; ${DEFAULT-VALUE} unless set.",
      defaultValue = "5")
  private int seconds;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      description = "How often contenders take turns; ${DEFAULT-VALUE} unless set.",
      defaultValue = "3")
  private int rounds;

  @Option(
      names = "--jvm",
      paramLabel = "FLAG",
      description = "One more flag for every JVM that it starts; may be repeated.")
  private List<String> jvmFlags = new ArrayList<>();

  @Option(
      names = "--json",
      paramLabel = "FILE",
      arity = "0..1",
      fallbackValue = "-",
      description = "Write the figures there, too; without a file, print them and nothing else.")
  private Optional<Path> json = Optional.empty();

  @Option(names = "--smoke", description = "Some seconds of everything; the figures mean nothing.")
  private boolean smoke;

  @Override
  public Integer call() throws IOException {
    Logging.start("WARN");
    PrintWriter out = spec.commandLine().getOut();
    BenchSettings settings = smoke ? BenchSettings.SMOKE : settings();
    Bench bench = new Bench(settings);
    Report report = ProgressLine.during(spec.commandLine().getErr(), bench::doing, bench::run);
    if (json.filter(Path.of("-")::equals).isPresent()) {
      out.println(report.json());
      return ExitCode.OK;
    }
    print(out, settings, report);
    if (json.isPresent()) {
      Files.writeString(json.get(), report.json());
    }
    return ExitCode.OK;
  }

  private BenchSettings settings() {
    try {
      return new BenchSettings(
          scenarios(),
          clients,
          crowd,
          payload,
          Duration.ofSeconds(seconds),
          rounds,
          rate,
          jvmFlags);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
    }
  }

  private Set<Scenario> scenarios() {
    Set<Scenario> wanted = EnumSet.noneOf(Scenario.class);
    for (String name : scenarios) {
      if (name.equalsIgnoreCase("all")) {
        return EnumSet.allOf(Scenario.class);
      }
      try {
        wanted.add(Scenario.valueOf(name.toUpperCase(Locale.ROOT)));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            "--scenario: '%s' is none of closed, window, stalled and all".formatted(name), e);
      }
    }
    return wanted;
  }

  private static void print(PrintWriter out, BenchSettings settings, Report report) {
    TextTable table = new TextTable("MEASURE", "CONTENDER", "MEDIAN", "SPREAD", "UNIT", "x FLOOR");
    report.rows().forEach(row -> table.row(cells(row)));
    table.lines().forEach(out::println);
    out.println();
    out.printf(
        "%,d clients (stalled: %,d and one, %,d asks/s), commands of %,d bytes, %d x %.1f s each,%n"
            + "all JVMs on the same %d cores, Java %s, %s %s.%n",
        settings.clients(),
        settings.crowd(),
        settings.rate(),
        settings.payload(),
        settings.rounds(),
        settings.time().toMillis() / 1e3,
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
    return String.format(Locale.ROOT, Math.abs(value) < 100 ? "%.1f" : "%,.0f", value);
  }
}
