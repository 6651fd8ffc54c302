package org.streamingcommands.grpc;

import com.google.protobuf.Any;
import com.google.protobuf.Duration;
import com.google.protobuf.Timestamp;
import java.time.Instant;
import org.streamingcommands.command.Certainty;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.command.Priority;
import org.streamingcommands.command.Progress;
import org.streamingcommands.command.Reason;
import org.streamingcommands.command.Receipt;

/** Both directions of {@code types.proto}. An enum value of a newer version reads as its safest. */
public final class Wire {
  private Wire() {}

  public static Timestamp timestamp(Instant instant) {
    return Timestamp.newBuilder()
        .setSeconds(instant.getEpochSecond())
        .setNanos(instant.getNano())
        .build();
  }

  public static Instant instant(Timestamp timestamp) {
    return Instant.ofEpochSecond(timestamp.getSeconds(), timestamp.getNanos());
  }

  public static Duration duration(java.time.Duration duration) {
    return Duration.newBuilder()
        .setSeconds(duration.getSeconds())
        .setNanos(duration.getNano())
        .build();
  }

  public static java.time.Duration duration(Duration duration) {
    return java.time.Duration.ofSeconds(duration.getSeconds(), duration.getNanos());
  }

  public static org.streamingcommands.grpc.v1.Receipt receipt(Receipt receipt) {
    return switch (receipt) {
      case QUEUED -> org.streamingcommands.grpc.v1.Receipt.RECEIPT_QUEUED;
      case SENT -> org.streamingcommands.grpc.v1.Receipt.RECEIPT_SENT;
      case RECEIVED -> org.streamingcommands.grpc.v1.Receipt.RECEIPT_RECEIVED;
    };
  }

  /** An unknown one reads as the weakest claim. */
  public static Receipt receipt(org.streamingcommands.grpc.v1.Receipt receipt) {
    return switch (receipt) {
      case RECEIPT_SENT -> Receipt.SENT;
      case RECEIPT_RECEIVED -> Receipt.RECEIVED;
      default -> Receipt.QUEUED;
    };
  }

  public static org.streamingcommands.grpc.v1.Priority priority(Priority priority) {
    return switch (priority) {
      case NORMAL -> org.streamingcommands.grpc.v1.Priority.PRIORITY_NORMAL;
      case HIGH -> org.streamingcommands.grpc.v1.Priority.PRIORITY_HIGH;
    };
  }

  public static Priority priority(org.streamingcommands.grpc.v1.Priority priority) {
    return priority == org.streamingcommands.grpc.v1.Priority.PRIORITY_HIGH
        ? Priority.HIGH
        : Priority.NORMAL;
  }

  public static org.streamingcommands.grpc.v1.Progress progress(Progress progress) {
    var builder =
        org.streamingcommands.grpc.v1.Progress.newBuilder()
            .setPercent(progress.percent())
            .setMessage(progress.message());
    if (!isEmpty(progress.payload())) {
      builder.setPayload(progress.payload());
    }
    return builder.build();
  }

  /** A percentage over 100 reads as 100. */
  public static Progress progress(org.streamingcommands.grpc.v1.Progress progress) {
    int percent =
        Integer.compareUnsigned(progress.getPercent(), 100) > 0 ? 100 : progress.getPercent();
    return new Progress(percent, progress.getMessage(), progress.getPayload());
  }

  public static org.streamingcommands.grpc.v1.Completed completed(Any result) {
    return isEmpty(result)
        ? org.streamingcommands.grpc.v1.Completed.getDefaultInstance()
        : org.streamingcommands.grpc.v1.Completed.newBuilder().setResult(result).build();
  }

  public static org.streamingcommands.grpc.v1.Failed failed(Outcome.Failed<?> failed) {
    var builder =
        org.streamingcommands.grpc.v1.Failed.newBuilder()
            .setCode(failed.code())
            .setMessage(failed.message());
    if (!isEmpty(failed.details())) {
      builder.setDetails(failed.details());
    }
    return builder.build();
  }

  public static org.streamingcommands.grpc.v1.Cancelled cancelled(Outcome.Cancelled<?> cancelled) {
    return org.streamingcommands.grpc.v1.Cancelled.newBuilder()
        .setMessage(cancelled.message())
        .build();
  }

  public static Outcome<Any> completed(org.streamingcommands.grpc.v1.Completed completed) {
    return new Outcome.Completed<>(completed.getResult());
  }

  public static Outcome<Any> failed(org.streamingcommands.grpc.v1.Failed failed) {
    return new Outcome.Failed<>(failed.getCode(), failed.getMessage(), failed.getDetails());
  }

  public static Outcome<Any> cancelled(org.streamingcommands.grpc.v1.Cancelled cancelled) {
    return new Outcome.Cancelled<>(cancelled.getMessage());
  }

  public static org.streamingcommands.grpc.v1.Outcome outcome(Outcome<Any> outcome) {
    var builder = org.streamingcommands.grpc.v1.Outcome.newBuilder();
    if (outcome instanceof Outcome.Completed<Any> completed) {
      builder.setCompleted(completed(completed.result()));
    } else if (outcome instanceof Outcome.Failed<Any> failed) {
      builder.setFailed(failed(failed));
    } else if (outcome instanceof Outcome.Cancelled<Any> cancelled) {
      builder.setCancelled(cancelled(cancelled));
    } else if (outcome instanceof Outcome.Undelivered<Any> undelivered) {
      builder
          .getUndeliveredBuilder()
          .setReason(reason(undelivered.reason()))
          .setCertainty(
              org.streamingcommands.grpc.v1.Certainty.valueOf(
                  "CERTAINTY_" + undelivered.certainty().name()))
          .setMessage(undelivered.message());
    }
    return builder.build();
  }

  public static Outcome<Any> outcome(org.streamingcommands.grpc.v1.Outcome outcome) {
    return switch (outcome.getKindCase()) {
      case COMPLETED -> completed(outcome.getCompleted());
      case FAILED -> failed(outcome.getFailed());
      case CANCELLED -> cancelled(outcome.getCancelled());
      case UNDELIVERED ->
          new Outcome.Undelivered<>(
              reason(outcome.getUndelivered().getReason()),
              certainty(outcome.getUndelivered().getCertainty()),
              outcome.getUndelivered().getMessage());
      case KIND_NOT_SET ->
          new Outcome.Undelivered<>(
              Reason.NODE_UNREACHABLE,
              Certainty.SENT_UNCONFIRMED,
              "the node answered with a kind of outcome that this version does not know");
    };
  }

  public static org.streamingcommands.grpc.v1.Reason reason(Reason reason) {
    return org.streamingcommands.grpc.v1.Reason.valueOf("REASON_" + reason.name());
  }

  /** A reason of a newer version reads as the node's trouble; its certainty still holds. */
  public static Reason reason(org.streamingcommands.grpc.v1.Reason reason) {
    return switch (reason) {
      case UNRECOGNIZED, REASON_UNSPECIFIED -> Reason.NODE_UNREACHABLE;
      default -> Reason.valueOf(reason.name().substring("REASON_".length()));
    };
  }

  public static Certainty certainty(org.streamingcommands.grpc.v1.Certainty certainty) {
    return switch (certainty) {
      case CERTAINTY_NOT_SENT -> Certainty.NOT_SENT;
      case CERTAINTY_RECEIVED_NOT_FINISHED -> Certainty.RECEIVED_NOT_FINISHED;
      default -> Certainty.SENT_UNCONFIRMED;
    };
  }

  private static boolean isEmpty(Any any) {
    return any.getTypeUrl().isEmpty() && any.getValue().isEmpty();
  }
}
