package org.streamingcommands.client;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.streamingcommands.command.Command;
import org.streamingcommands.command.CommandException;
import org.streamingcommands.command.CommandIds;
import org.streamingcommands.command.FleetListener;
import org.streamingcommands.command.FleetSummary;
import org.streamingcommands.command.Names;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.command.Reason;
import org.streamingcommands.command.Targets;
import org.streamingcommands.command.WaveReport;
import org.streamingcommands.connection.FleetPlan;

/** Puts types and a future on a way to many. */
record TypedFleetClient<C extends Message>(
    String service, Duration callTimeout, FleetTransport transport)
    implements StreamingFleetClient<C> {

  TypedFleetClient {
    Names.problemWithService(service)
        .ifPresent(
            problem -> {
              throw new IllegalArgumentException(problem);
            });
  }

  @Override
  public <R extends Message> CompletableFuture<FleetSummary> sendToMany(
      C command,
      Class<R> resultType,
      Targets targets,
      FleetOptions options,
      FleetListener<R> listener) {
    var result = new CompletableFuture<FleetSummary>();
    Any payload = Payloads.pack(command);
    Optional<String> problem = options.command().problem();
    if (problem.isPresent()) {
      return refused(problem.get());
    }
    FleetPlan plan;
    try {
      plan = plan(payload, targets, options);
    } catch (IllegalArgumentException e) {
      return refused(String.valueOf(e.getMessage()));
    }
    transport.send(plan, options.cancelOnAbandon(), new Unpacking<>(resultType, listener), result);
    return result;
  }

  private FleetPlan plan(Any payload, Targets targets, FleetOptions options) {
    SendOptions treatment = options.command();
    Duration timeout = treatment.timeout().orElse(callTimeout);
    if (timeout.isNegative() || timeout.isZero()) {
      throw new IllegalArgumentException("timeout: must be more than zero");
    }
    return new FleetPlan(
        service,
        targets,
        options.exclude(),
        new Command(
            treatment.commandId().orElseGet(CommandIds::next),
            payload,
            Instant.MAX,
            treatment.priority(),
            treatment.coalescingKey(),
            treatment.headers()),
        timeout.compareTo(TypedClient.LONGEST) < 0 ? timeout : TypedClient.LONGEST,
        options.waves(),
        options.maxConcurrency());
  }

  private static CompletableFuture<FleetSummary> refused(String problem) {
    return CompletableFuture.failedFuture(
        new CommandException(Outcome.notSent(Reason.INVALID_COMMAND, problem)));
  }

  @Override
  public String toString() {
    return "StreamingFleetClient(%s)".formatted(service);
  }

  /** Gives a user's listener its type of answers. */
  private record Unpacking<R extends Message>(Class<R> resultType, FleetListener<R> listener)
      implements FleetListener<Any> {
    @Override
    public void started(String commandId, int targets) {
      listener.started(commandId, targets);
    }

    @Override
    public void outcome(String clientId, Outcome<Any> outcome) {
      listener.outcome(clientId, Outcome.unpack(outcome, resultType));
    }

    @Override
    public void waveEnded(WaveReport wave) {
      listener.waveEnded(wave);
    }
  }
}
