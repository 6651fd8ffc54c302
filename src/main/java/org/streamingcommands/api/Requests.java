package org.streamingcommands.api;

import com.google.protobuf.Timestamp;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.streamingcommands.command.ClientKey;
import org.streamingcommands.command.Command;
import org.streamingcommands.command.CommandIds;
import org.streamingcommands.command.Names;
import org.streamingcommands.command.Receipt;
import org.streamingcommands.connection.Connections;
import org.streamingcommands.grpc.Wire;
import org.streamingcommands.grpc.v1.CommandSpec;

/**
 * Reads the fields of requests into the domain's words, or says which one is wrong. What the engine
 * checks of a command anyway (id, headers, type) is left to it. Thread-safe.
 */
final class Requests {
  /** What google.protobuf.Duration may hold: about 10,000 years. */
  private static final long MAX_DURATION_SECONDS = 315_576_000_000L;

  private static final long MAX_TIMESTAMP_SECONDS = 253_402_300_799L;
  private static final int MAX_NANOS = 999_999_999;

  private final Connections connections;
  private final Duration defaultTimeout;
  private final Duration maxTimeout;

  Requests(Connections connections, Duration defaultTimeout, Duration maxTimeout) {
    this.connections = connections;
    this.defaultTimeout = defaultTimeout;
    this.maxTimeout = maxTimeout;
  }

  ClientKey client(String service, String clientId) throws InvalidRequest {
    ClientKey client;
    try {
      client = ClientKey.of(service, clientId);
    } catch (IllegalArgumentException e) {
      throw InvalidRequest.field(String.valueOf(e.getMessage()));
    }
    if (!connections.knows(service)) {
      throw InvalidRequest.unknownService(service);
    }
    return client;
  }

  String service(String service) throws InvalidRequest {
    return service(service, connections);
  }

  /** A service that is known. */
  static String service(String service, Connections connections) throws InvalidRequest {
    String problem = Names.problemWithService(service).orElse(null);
    if (problem != null) {
      throw InvalidRequest.field(problem);
    }
    if (!connections.knows(service)) {
      throw InvalidRequest.unknownService(service);
    }
    return service;
  }

  /**
   * @param isSet whether the request holds the command at all
   * @param callDeadline the call's, which is the command's where it is the earlier; null for none
   */
  Command command(boolean isSet, CommandSpec spec, @Nullable Instant callDeadline)
      throws InvalidRequest {
    if (!isSet) {
      throw InvalidRequest.field("command: must be set");
    }
    if (!spec.hasPayload() || spec.getPayload().getTypeUrl().isEmpty()) {
      throw InvalidRequest.field("command.payload: must be set");
    }
    Instant deadline = deadline(spec);
    return new Command(
        spec.getCommandId().isEmpty() ? CommandIds.next() : spec.getCommandId(),
        spec.getPayload(),
        callDeadline != null && callDeadline.isBefore(deadline) ? callDeadline : deadline,
        Wire.priority(spec.getPriority()),
        spec.getCoalescingKey(),
        spec.getHeadersMap());
  }

  private Instant deadline(CommandSpec spec) throws InvalidRequest {
    Instant now = Instant.now();
    return switch (spec.getExpiryCase()) {
      case TIMEOUT -> now.plus(wish("command.timeout", spec.getTimeout()));
      case DEADLINE -> {
        Instant deadline = instant(spec.getDeadline());
        if (!deadline.isAfter(now)) {
          throw InvalidRequest.field("command.deadline: must be in the future");
        }
        atMostMax("command.deadline", Duration.between(now, deadline));
        yield deadline;
      }
      case EXPIRY_NOT_SET -> now.plus(defaultTimeout);
    };
  }

  private static Instant instant(Timestamp timestamp) throws InvalidRequest {
    if (timestamp.getSeconds() > MAX_TIMESTAMP_SECONDS
        || timestamp.getSeconds() < 0
        || timestamp.getNanos() < 0
        || timestamp.getNanos() > MAX_NANOS) {
      throw InvalidRequest.field("command.deadline: is out of range");
    }
    return Wire.instant(timestamp);
  }

  /** How long to wait for an answer: the request's wish, or the default; never past the call. */
  Duration timeout(
      boolean isSet, com.google.protobuf.Duration timeout, @Nullable Instant callDeadline)
      throws InvalidRequest {
    Duration wish = isSet ? wish("timeout", timeout) : defaultTimeout;
    return earlier(wish, callDeadline);
  }

  /** The default, but never past the call. */
  Duration timeout(@Nullable Instant callDeadline) {
    return earlier(defaultTimeout, callDeadline);
  }

  private static Duration earlier(Duration wish, @Nullable Instant callDeadline) {
    if (callDeadline == null) {
      return wish;
    }
    Duration left = Duration.between(Instant.now(), callDeadline);
    return left.compareTo(wish) < 0 ? left : wish;
  }

  private Duration wish(String field, com.google.protobuf.Duration timeout) throws InvalidRequest {
    return atMostMax(field, moreThanZero(field, timeout));
  }

  private Duration atMostMax(String field, Duration timeout) throws InvalidRequest {
    if (timeout.compareTo(maxTimeout) > 0) {
      throw InvalidRequest.field(
          "%s: must be at most %d s ahead (api.max-timeout)"
              .formatted(field, maxTimeout.toSeconds()));
    }
    return timeout;
  }

  private static Duration moreThanZero(String field, com.google.protobuf.Duration duration)
      throws InvalidRequest {
    Duration value = notNegative(field, duration);
    if (value.isZero()) {
      throw InvalidRequest.field(field + ": must be more than zero");
    }
    return value;
  }

  static Duration notNegative(String field, com.google.protobuf.Duration duration)
      throws InvalidRequest {
    if (duration.getSeconds() < 0 || duration.getNanos() < 0) {
      throw InvalidRequest.field(
          field
              + (field.endsWith("timeout")
                  ? ": must be more than zero"
                  : ": must not be negative"));
    }
    if (duration.getSeconds() > MAX_DURATION_SECONDS || duration.getNanos() > MAX_NANOS) {
      throw InvalidRequest.field(field + ": is out of range");
    }
    return Wire.duration(duration);
  }

  String commandId(String commandId) throws InvalidRequest {
    String problem = Names.problemWithCommandId(commandId).orElse(null);
    if (problem != null) {
      throw InvalidRequest.field(problem);
    }
    return commandId;
  }

  /** The receipt to wait for; null for the outcome. */
  static @Nullable Receipt wish(org.streamingcommands.grpc.v1.Receipt waitFor)
      throws InvalidRequest {
    return switch (waitFor) {
      case RECEIPT_UNSPECIFIED -> null;
      case UNRECOGNIZED -> throw InvalidRequest.field("wait_for: is no receipt");
      default -> Wire.receipt(waitFor);
    };
  }
}
