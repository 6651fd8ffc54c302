package org.streamingcommands.cli;

import com.google.protobuf.Any;
import java.io.PrintWriter;
import org.streamingcommands.command.FleetListener;
import org.streamingcommands.command.FleetSummary;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.command.WaveReport;
import org.streamingcommands.grpc.Wire;
import org.streamingcommands.grpc.v1.ClientOutcome;
import org.streamingcommands.grpc.v1.ReasonCount;
import org.streamingcommands.grpc.v1.SendToManySummary;
import org.streamingcommands.grpc.v1.WaveEnded;

/** Prints what becomes of a send to many: a line per client as it ends, and the counts. */
final class FleetPrinter implements FleetListener<Any> {
  private static final String ROW = "%-24s  %-32s  %s";

  private final PrintWriter out;
  private final Output output;
  private final MessageTypes types;
  private volatile int targets;
  private volatile int ended;

  FleetPrinter(PrintWriter out, Output output, MessageTypes types) {
    this.out = out;
    this.output = output;
    this.types = types;
  }

  /** How far it is. */
  String state() {
    return "%d of %d clients ended".formatted(ended, targets);
  }

  @Override
  public void started(String commandId, int count) {
    targets = count;
    if (output == Output.TEXT) {
      out.println("command %s to %d clients".formatted(commandId, count));
      out.println(ROW.formatted("CLIENT", "OUTCOME", "ANSWER").stripTrailing());
    }
  }

  @Override
  public void outcome(String clientId, Outcome<Any> outcome) {
    // One call at a time; volatile for the progress line's thread.
    ended = ended + 1;
    if (output == Output.TEXT) {
      String answer =
          outcome instanceof Outcome.Completed<Any> completed
              ? Plain.text(types.show(completed.result()))
              : OutcomeText.why(outcome);
      out.println(
          ROW.formatted(Plain.text(clientId), OutcomeText.kind(outcome), answer).stripTrailing());
    } else {
      out.println(
          types.jsonLine(
              ClientOutcome.newBuilder()
                  .setClientId(clientId)
                  .setOutcome(Wire.outcome(types.readable(outcome)))
                  .build()));
    }
  }

  @Override
  public void waveEnded(WaveReport wave) {
    if (output == Output.TEXT) {
      out.println(
          "wave %d: %d clients, %d failed%s"
              .formatted(
                  wave.number(),
                  wave.clients(),
                  wave.failed(),
                  wave.stopped() ? "; too many, stopped" : ""));
    } else {
      out.println(
          types.jsonLine(
              WaveEnded.newBuilder()
                  .setNumber(wave.number())
                  .setClients(wave.clients())
                  .setFailed(wave.failed())
                  .setStopped(wave.stopped())
                  .build()));
    }
  }

  /**
   * @return whether every client completed
   */
  boolean summary(FleetSummary summary) {
    if (output == Output.TEXT) {
      StringBuilder line = new StringBuilder();
      line.append("%d clients: %d completed".formatted(summary.targets(), summary.completed()));
      append(line, summary.failed(), "failed");
      append(line, summary.cancelled(), "cancelled");
      summary.undelivered().forEach((reason, count) -> append(line, count, reason.name()));
      append(line, summary.skipped(), "skipped");
      out.println(line);
    } else {
      out.println(types.jsonLine(message(summary)));
    }
    return summary.isCompleted();
  }

  private static void append(StringBuilder line, int count, String word) {
    if (count > 0) {
      line.append(", ").append(count).append(' ').append(word);
    }
  }

  private static SendToManySummary message(FleetSummary summary) {
    SendToManySummary.Builder message =
        SendToManySummary.newBuilder()
            .setCommandId(summary.commandId())
            .setTargets(summary.targets())
            .setCompleted(summary.completed())
            .setFailed(summary.failed())
            .setCancelled(summary.cancelled())
            .setSkipped(summary.skipped());
    summary
        .undelivered()
        .forEach(
            (reason, count) ->
                message.addUndelivered(
                    ReasonCount.newBuilder().setReason(Wire.reason(reason)).setCount(count)));
    return message.build();
  }
}
