package org.streamingcommands.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.streamingcommands.bench.Bench;
import org.streamingcommands.bench.BenchSettings;
import org.streamingcommands.bench.Contender;
import org.streamingcommands.bench.Report;
import org.streamingcommands.bench.Scenario;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Measures, on this machine and by itself. */
@Command(
    name = "bench",
    description = {
      "Measure a node against a floor, hand-written grpc-java that promises nothing, and others.",
      "Servers, senders and clients are processes of their own, on loopback. Contenders take turns;"
          + " read ratios, and measure on a machine that does nothing else."
    })
final class BenchCommand implements Callable<Integer> {
  private static final String ALL = "all";
  private static final Path STANDARD_OUTPUT = Path.of("-");

  // Set by picocli.
  @Spec private CommandSpec spec;

  @Option(
      names = "--scenario",
      paramLabel = "NAME",
      split = ",",
      description =
          "closed, window, open, allocation, connect, stalled, growth, broadcast, idle, tls or all;"
              + " ${DEFAULT-VALUE} unless set.",
      defaultValue = ALL)
  private List<String> scenarios = new ArrayList<>();

  @Option(
      names = "--contender",
      paramLabel = "NAME",
      split = ",",
      description =
          "floor, local, remote, unary, floor_unary, cluster, cluster3, nats, mqtt or all;"
              + " ${DEFAULT-VALUE} unless set.",
      defaultValue = ALL)
  private List<String> contenders = new ArrayList<>();

  @Mixin private BenchLoadOptions loads;
  @Mixin private BenchPhaseOptions phases;

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

  @Option(names = "--plot", paramLabel = "FILE.svg", description = "Draw the figures there, too.")
  private Optional<Path> plot = Optional.empty();

  @Option(
      names = {"--smoke", "--quick"},
      description = "Some seconds of each, with numbers of its own; the figures mean nothing.")
  private boolean smoke;

  @Override
  public Integer call() throws IOException {
    // The broker of the bench profile brings a logback.xml of its own, and logback would tell of
    // it.
    System.setProperty(
        "logback.statusListenerClass", "ch.qos.logback.core.status.NopStatusListener");
    Logging.start("WARN");
    BenchSettings settings = settings();
    Bench bench = new Bench(settings);
    Report report = ProgressLine.during(spec.commandLine().getErr(), bench::doing, bench::run);
    if (json.filter(STANDARD_OUTPUT::equals).isPresent()) {
      spec.commandLine().getOut().println(report.json());
    } else {
      new BenchPrinter(spec.commandLine().getOut()).print(settings, report);
      if (json.isPresent()) {
        Files.writeString(json.get(), report.json());
      }
    }
    if (plot.isPresent()) {
      Files.writeString(plot.get(), report.svg());
    }
    return ExitCode.OK;
  }

  private BenchSettings settings() {
    try {
      Set<Scenario> what = read("--scenario", scenarios, Scenario.class, Scenario::label);
      Set<Contender> whom = read("--contender", contenders, Contender.class, Contender::label);
      return smoke
          ? BenchSettings.smoke(what, whom)
          : new BenchSettings(what, whom, loads.read(), phases.read(), jvmFlags);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
    }
  }

  private static <E extends Enum<E>> Set<E> read(
      String option, List<String> names, Class<E> type, Function<E, String> label) {
    Set<E> wanted = EnumSet.noneOf(type);
    for (String name : names) {
      if (name.equalsIgnoreCase(ALL)) {
        return EnumSet.allOf(type);
      }
      wanted.add(
          Stream.of(type.getEnumConstants())
              .filter(one -> label.apply(one).equalsIgnoreCase(name))
              .findFirst()
              .orElseThrow(() -> unknown(option, name, type, label)));
    }
    return wanted;
  }

  private static <E extends Enum<E>> IllegalArgumentException unknown(
      String option, String name, Class<E> type, Function<E, String> label) {
    String known = Stream.of(type.getEnumConstants()).map(label).collect(Collectors.joining(", "));
    return new IllegalArgumentException(
        "%s: '%s' is none of all, %s".formatted(option, name, known));
  }
}
