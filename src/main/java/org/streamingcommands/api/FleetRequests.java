package org.streamingcommands.api;

import com.google.protobuf.ProtocolStringList;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import org.streamingcommands.command.Command;
import org.streamingcommands.command.LabelSelector;
import org.streamingcommands.command.Targets;
import org.streamingcommands.command.Waves;
import org.streamingcommands.connection.FleetPlan;
import org.streamingcommands.grpc.Wire;
import org.streamingcommands.grpc.v1.CommandSpec;
import org.streamingcommands.grpc.v1.SendToManyRequest;

/** Reads what is asked of many clients at once, or says which field is wrong. Thread-safe. */
final class FleetRequests {
  /** A fleet of more is chosen by its labels. */
  static final int MAX_IDS = 100_000;

  private final Requests requests;
  private final Duration defaultTimeout;

  FleetRequests(Requests requests, Duration defaultTimeout) {
    this.requests = requests;
    this.defaultTimeout = defaultTimeout;
  }

  FleetPlan plan(Call call, SendToManyRequest request) throws InvalidRequest {
    String service = requests.service(request.getService());
    Command command =
        requests.command(
            request.hasCommand(),
            TraceHeaders.into(request.getCommand(), call.request()),
            call.deadline());
    Instant latest = call.deadline() == null ? Instant.MAX : call.deadline();
    boolean sameForAll = request.getCommand().getExpiryCase() == CommandSpec.ExpiryCase.DEADLINE;
    atMostMaxIds("exclude_client_ids", request.getExcludeClientIdsList());
    try {
      return new FleetPlan(
          service,
          targets(request),
          new HashSet<>(request.getExcludeClientIdsList()),
          sameForAll ? command : withDeadline(command, latest),
          timeout(request.getCommand(), command),
          waves(request),
          request.getMaxConcurrency() == 0
              ? FleetPlan.DEFAULT_CONCURRENCY
              : request.getMaxConcurrency());
    } catch (IllegalArgumentException e) {
      throw InvalidRequest.field(String.valueOf(e.getMessage()));
    }
  }

  static LabelSelector selector(String text) throws InvalidRequest {
    try {
      return LabelSelector.parse(text);
    } catch (IllegalArgumentException e) {
      throw InvalidRequest.field(String.valueOf(e.getMessage()));
    }
  }

  private static Targets targets(SendToManyRequest request) throws InvalidRequest {
    return switch (request.getTargetsCase()) {
      case CLIENT_IDS -> {
        atMostMaxIds("client_ids", request.getClientIds().getIdsList());
        yield Targets.ids(request.getClientIds().getIdsList());
      }
      case SELECTOR -> Targets.labels(request.getSelector());
      case TARGETS_NOT_SET ->
          throw InvalidRequest.field("targets: client_ids or selector must be set");
    };
  }

  private static void atMostMaxIds(String field, ProtocolStringList ids) throws InvalidRequest {
    if (ids.size() > MAX_IDS) {
      throw InvalidRequest.field("%s: at most %d, are %d".formatted(field, MAX_IDS, ids.size()));
    }
  }

  private static Waves waves(SendToManyRequest request) {
    return request.hasWaves()
        ? new Waves(request.getWaves().getPercentsList(), request.getWaves().getMaxFailurePercent())
        : Waves.none();
  }

  private Duration timeout(CommandSpec spec, Command command) {
    return switch (spec.getExpiryCase()) {
      case TIMEOUT -> Wire.duration(spec.getTimeout());
      case DEADLINE -> Duration.between(Instant.now(), command.deadline());
      case EXPIRY_NOT_SET -> defaultTimeout;
    };
  }

  private static Command withDeadline(Command command, Instant deadline) {
    return new Command(
        command.id(),
        command.payload(),
        deadline,
        command.priority(),
        command.coalescingKey(),
        command.headers());
  }
}
