package org.streamingcommands.cli;

import com.google.protobuf.Any;
import com.google.protobuf.util.Durations;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Callable;
import org.streamingcommands.grpc.Wire;
import org.streamingcommands.grpc.v1.ClientIds;
import org.streamingcommands.grpc.v1.ClientOutcome;
import org.streamingcommands.grpc.v1.CommandServiceGrpc.CommandServiceBlockingStub;
import org.streamingcommands.grpc.v1.SendToManyRequest;
import org.streamingcommands.grpc.v1.SendToManyResponse;
import org.streamingcommands.grpc.v1.SendToManySummary;
import org.streamingcommands.grpc.v1.WaveEnded;
import org.streamingcommands.grpc.v1.WavePlan;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Sends one command to many clients and tells each outcome as it comes. */
@Command(
    name = "broadcast",
    description = "Send one command to many clients, in waves if wished.",
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {
      "0:every client that was meant completed it",
      "1:the program failed",
      "2:the arguments are wrong",
      "3:some did not, or were skipped"
    })
final class BroadcastCommand implements Callable<Integer> {
  // Set by picocli.
  @Spec private CommandSpec spec;

  @Mixin private ApiOption api = new ApiOption();
  @Mixin private TypesOption types = new TypesOption();

  @Option(names = "--service", required = true, description = "The clients' service.")
  private String service = "";

  @Option(
      names = "--selector",
      description = "Connected clients by label: zone=eu,tier in (a,b),!canary. Unset: all.")
  private String selector = "";

  @Option(names = "--id", description = "These clients, in place of a selector.")
  private List<String> ids = List.of();

  @Option(names = "--exclude", description = "Not these clients.")
  private List<String> exclude = List.of();

  @Option(
      names = "--wave",
      split = ",",
      description = "How much of the fleet each wave has reached at its end: 5%%,25%%,100%%.")
  private List<String> waves = List.of();

  @Option(
      names = "--max-failures",
      defaultValue = "0%",
      description = "A wave with more failures stops the rest (default: ${DEFAULT-VALUE}).")
  private String maxFailures = "0%";

  @Option(names = "--type", required = true, description = "The command's message type.")
  private String type = "";

  @Option(
      names = "--json",
      defaultValue = "{}",
      description = "The command itself (default: ${DEFAULT-VALUE}).")
  private String json = "{}";

  @Option(
      names = "--timeout",
      defaultValue = "5s",
      description = "When to give each client up (default: ${DEFAULT-VALUE}).")
  private Duration timeout = Duration.ofSeconds(5);

  @Override
  public Integer call() {
    SendToManyRequest request = request();
    PrintWriter out = spec.commandLine().getOut();
    SendToManySummary summary =
        ApiCall.make(
            spec.commandLine(), api.settings(), "broadcasting", stub -> run(stub, request, out));
    print(summary, out);
    return summary.getCompleted() == summary.getTargets() ? ExitCode.OK : ExitCode.FAILED;
  }

  private SendToManyRequest request() {
    SendToManyRequest.Builder request =
        SendToManyRequest.newBuilder()
            .setService(service)
            .addAllExcludeClientIds(exclude)
            .setCancelOnAbandon(true);
    request
        .getCommandBuilder()
        .setPayload(Any.pack(types.types().parse(type, json)))
        .setTimeout(Durations.fromNanos(timeout.toNanos()));
    if (ids.isEmpty()) {
      request.setSelector(selector);
    } else {
      request.setClientIds(ClientIds.newBuilder().addAllIds(ids));
    }
    if (!waves.isEmpty()) {
      WavePlan.Builder plan = request.getWavesBuilder();
      waves.forEach(wave -> plan.addPercents(percent("--wave", wave)));
      plan.setMaxFailurePercent(percent("--max-failures", maxFailures));
    }
    return request.build();
  }

  private double percent(String option, String text) {
    try {
      String number = text.strip();
      return Double.parseDouble(
          number.endsWith("%") ? number.substring(0, number.length() - 1) : number);
    } catch (NumberFormatException e) {
      throw new ParameterException(
          spec.commandLine(), "%s: '%s' is no percentage".formatted(option, text), e);
    }
  }

  private static SendToManySummary run(
      CommandServiceBlockingStub stub, SendToManyRequest request, PrintWriter out) {
    SendToManySummary summary = SendToManySummary.getDefaultInstance();
    for (Iterator<SendToManyResponse> steps = stub.sendToMany(request); steps.hasNext(); ) {
      SendToManyResponse step = steps.next();
      switch (step.getStepCase()) {
        case STARTED -> out.printf("%d clients%n", step.getStarted().getTargets());
        case OUTCOME -> print(step.getOutcome(), out);
        case WAVE_ENDED -> print(step.getWaveEnded(), out);
        case SUMMARY -> summary = step.getSummary();
        case STEP_NOT_SET -> {}
      }
    }
    return summary;
  }

  private static void print(ClientOutcome outcome, PrintWriter out) {
    out.printf(
        "%-24s %s%n", outcome.getClientId(), OutcomeText.kind(Wire.outcome(outcome.getOutcome())));
  }

  private static void print(WaveEnded wave, PrintWriter out) {
    out.printf(
        "wave %d: %d clients, %d failed%s%n",
        wave.getNumber(),
        wave.getClients(),
        wave.getFailed(),
        wave.getStopped() ? "; too many, nobody else is sent to" : "");
  }

  private static void print(SendToManySummary summary, PrintWriter out) {
    out.printf(
        "%d of %d completed, %d failed, %d cancelled, %d skipped%n",
        summary.getCompleted(),
        summary.getTargets(),
        summary.getFailed(),
        summary.getCancelled(),
        summary.getSkipped());
    summary
        .getUndeliveredList()
        .forEach(
            reason ->
                out.printf(
                    "%d undelivered: %s%n", reason.getCount(), Wire.reason(reason.getReason())));
  }
}
