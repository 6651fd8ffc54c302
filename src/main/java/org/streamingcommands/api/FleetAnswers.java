package org.streamingcommands.api;

import org.streamingcommands.command.FleetSummary;
import org.streamingcommands.command.WaveReport;
import org.streamingcommands.connection.FleetStep;
import org.streamingcommands.grpc.Wire;
import org.streamingcommands.grpc.v1.ReasonCount;
import org.streamingcommands.grpc.v1.SendToManyResponse;
import org.streamingcommands.grpc.v1.SendToManySummary;

/** What SendToMany answers at each step. */
final class FleetAnswers {
  private FleetAnswers() {}

  static SendToManyResponse of(FleetStep step) {
    SendToManyResponse.Builder answer = SendToManyResponse.newBuilder();
    if (step instanceof FleetStep.Ended ended) {
      answer
          .getOutcomeBuilder()
          .setClientId(ended.clientId())
          .setOutcome(Wire.outcome(ended.outcome()));
    } else if (step instanceof FleetStep.WaveEnded wave) {
      wave(answer, wave.report());
    } else if (step instanceof FleetStep.Started started) {
      answer
          .getStartedBuilder()
          .setCommandId(started.commandId())
          .setTargets(started.targets())
          .addAllSilentNodes(started.silent());
    } else if (step instanceof FleetStep.Finished finished) {
      answer.setSummary(summary(finished.summary()));
    }
    return answer.build();
  }

  private static void wave(SendToManyResponse.Builder answer, WaveReport wave) {
    answer
        .getWaveEndedBuilder()
        .setNumber(wave.number())
        .setClients(wave.clients())
        .setFailed(wave.failed())
        .setStopped(wave.stopped());
  }

  private static SendToManySummary.Builder summary(FleetSummary summary) {
    SendToManySummary.Builder counts =
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
                counts.addUndelivered(
                    ReasonCount.newBuilder().setReason(Wire.reason(reason)).setCount(count)));
    return counts;
  }
}
