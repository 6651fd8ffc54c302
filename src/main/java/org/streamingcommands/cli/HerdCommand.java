package org.streamingcommands.cli;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.streamingcommands.bench.Herd;
import org.streamingcommands.bench.HerdReport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Kills a node under a herd. */
@Command(
    name = "herd",
    description = {
      "Kill one of three nodes under all its clients, and time their return to the other two.",
      "All are JVMs of their own, on loopback. Fails where a living node took a client neither in",
      "nor asked it to wait."
    })
final class HerdCommand implements Callable<Integer> {
  // Set by picocli.
  @Spec private CommandSpec spec;

  @Option(
      names = "--clients",
      paramLabel = "N",
      description = "Clients of the node that dies; ${DEFAULT-VALUE} unless set.",
      defaultValue = "5000")
  private int clients;

  @Option(
      names = "--stable-after",
      paramLabel = "TIME",
      description =
          "How long the others wait before they take it out (the resolver's stable-after);"
              + " ${DEFAULT-VALUE} unless set.",
      defaultValue = "10s")
  private Duration stableAfter = Duration.ZERO;

  @Mixin private OutputOption output = new OutputOption();

  @Override
  public Integer call() throws IOException {
    Logging.start("WARN");
    Herd herd = herd();
    HerdReport report = ProgressLine.during(spec.commandLine().getErr(), herd::doing, herd::run);
    PrintWriter out = spec.commandLine().getOut();
    if (output.isJson()) {
      out.println(object(report));
    } else {
      print(out, report);
    }
    if (report.failedAccepts() > 0) {
      throw new CliException(
          "%d attempts failed at a living node, such as: %s"
              .formatted(report.failedAccepts(), report.failure()));
    }
    return ExitCode.OK;
  }

  private Herd herd() {
    try {
      return new Herd(clients, stableAfter);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
    }
  }

  private static void print(PrintWriter out, HerdReport report) {
    out.printf("clients         %,d, all on the node that was killed%n", report.clients());
    out.printf("full presence   %.1f s after%n", seconds(report.fullPresence()));
    out.printf(
        "away            p50 %.1f s, p99 %.1f s%n", seconds(report.p50()), seconds(report.p99()));
    out.printf("failed accepts  %,d%n", report.failedAccepts());
    out.printf(
        "told to wait    %,d overloaded, %,d until their entity had moved%n",
        report.overloaded(), report.waited());
  }

  static JsonObject object(HerdReport report) {
    JsonObject object = new JsonObject();
    object.addProperty("clients", report.clients());
    object.addProperty("fullPresenceSeconds", seconds(report.fullPresence()));
    object.addProperty("awayP50Seconds", seconds(report.p50()));
    object.addProperty("awayP99Seconds", seconds(report.p99()));
    object.addProperty("failedAccepts", report.failedAccepts());
    object.addProperty("overloaded", report.overloaded());
    object.addProperty("waited", report.waited());
    return object;
  }

  private static double seconds(Duration duration) {
    return duration.toMillis() / 1e3;
  }
}
