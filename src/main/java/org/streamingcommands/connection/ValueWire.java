package org.streamingcommands.connection;

import com.google.protobuf.Any;
import com.google.protobuf.Duration;
import com.google.protobuf.Timestamp;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashSet;
import java.util.List;
import org.streamingcommands.cluster.v1.Result;
import org.streamingcommands.cluster.v1.Undelivered;
import org.streamingcommands.command.Certainty;
import org.streamingcommands.command.ClientKey;
import org.streamingcommands.command.Command;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.command.Priority;
import org.streamingcommands.command.Progress;
import org.streamingcommands.command.Reason;
import org.streamingcommands.command.Receipt;

/**
 * Both directions of {@code cluster/v1/values.proto}. A value of a newer version reads as its
 * safest.
 */
final class ValueWire {
  private ValueWire() {}

  static Timestamp timestamp(Instant instant) {
    return Timestamp.newBuilder()
        .setSeconds(instant.getEpochSecond())
        .setNanos(instant.getNano())
        .build();
  }

  static Instant instant(Timestamp timestamp) {
    return Instant.ofEpochSecond(timestamp.getSeconds(), timestamp.getNanos());
  }

  static org.streamingcommands.cluster.v1.ClientKey key(ClientKey key) {
    return org.streamingcommands.cluster.v1.ClientKey.newBuilder()
        .setService(key.service())
        .setClientId(key.clientId())
        .build();
  }

  static ClientKey key(org.streamingcommands.cluster.v1.ClientKey key) {
    return key(key.getService(), key.getClientId());
  }

  /** Its names were checked where it entered the cluster. */
  static ClientKey key(String service, String clientId) {
    return new ClientKey(service, clientId, service + '/' + clientId);
  }

  static org.streamingcommands.cluster.v1.StreamRef stream(StreamRef ref) {
    return org.streamingcommands.cluster.v1.StreamRef.newBuilder()
        .setNode(ref.node())
        .setId(ref.id())
        .build();
  }

  static StreamRef stream(org.streamingcommands.cluster.v1.StreamRef ref) {
    return new StreamRef(ref.getNode(), ref.getId());
  }

  static org.streamingcommands.cluster.v1.ReplyTo replyTo(ReplyTo to) {
    return org.streamingcommands.cluster.v1.ReplyTo.newBuilder()
        .setNode(to.node())
        .setTicket(to.ticket())
        .setSteps(to.steps())
        .build();
  }

  static ReplyTo replyTo(org.streamingcommands.cluster.v1.ReplyTo to) {
    return new ReplyTo(to.getNode(), to.getTicket(), to.getSteps());
  }

  /** A small number in place of a large one. */
  static long behind(long ticket, long after) {
    return after <= SendOrder.FIRST ? 0 : ticket - after;
  }

  static long after(long ticket, long behind) {
    return behind == 0 ? SendOrder.FIRST : ticket - behind;
  }

  static Duration duration(java.time.Duration duration) {
    return Duration.newBuilder()
        .setSeconds(duration.getSeconds())
        .setNanos(duration.getNano())
        .build();
  }

  static java.time.Duration duration(Duration duration) {
    return java.time.Duration.ofSeconds(duration.getSeconds(), duration.getNanos());
  }

  static Duration timeLeft(Instant deadline, InstantSource clock) {
    return duration(java.time.Duration.between(clock.instant(), deadline));
  }

  static Instant deadline(Duration timeLeft, InstantSource clock) {
    return clock.instant().plus(duration(timeLeft));
  }

  static org.streamingcommands.cluster.v1.Priority priority(Priority priority) {
    return org.streamingcommands.cluster.v1.Priority.valueOf("PRIORITY_" + priority.name());
  }

  static Priority priority(org.streamingcommands.cluster.v1.Priority priority) {
    return priority == org.streamingcommands.cluster.v1.Priority.PRIORITY_HIGH
        ? Priority.HIGH
        : Priority.NORMAL;
  }

  /**
   * @param clock tells how much time is left
   */
  static org.streamingcommands.cluster.v1.Command command(Command command, InstantSource clock) {
    return org.streamingcommands.cluster.v1.Command.newBuilder()
        .setId(command.id())
        .setPayload(command.payload())
        .setDeadline(timestamp(command.deadline()))
        .setTimeLeft(timeLeft(command.deadline(), clock))
        .setPriority(priority(command.priority()))
        .setCoalescingKey(command.coalescingKey())
        .putAllHeaders(command.headers())
        .build();
  }

  static Command command(org.streamingcommands.cluster.v1.Command command, InstantSource clock) {
    return new Command(
        command.getId(),
        command.getPayload(),
        command.hasTimeLeft()
            ? deadline(command.getTimeLeft(), clock)
            : instant(command.getDeadline()),
        priority(command.getPriority()),
        command.getCoalescingKey(),
        command.getHeadersMap());
  }

  static org.streamingcommands.cluster.v1.Receipt receipt(Receipt receipt) {
    return org.streamingcommands.cluster.v1.Receipt.valueOf("RECEIPT_" + receipt.name());
  }

  static Receipt receipt(org.streamingcommands.cluster.v1.Receipt receipt) {
    return switch (receipt) {
      case RECEIPT_SENT -> Receipt.SENT;
      case RECEIPT_RECEIVED -> Receipt.RECEIVED;
      default -> Receipt.QUEUED;
    };
  }

  static org.streamingcommands.cluster.v1.Progress progress(Progress progress) {
    return org.streamingcommands.cluster.v1.Progress.newBuilder()
        .setPercent(progress.percent())
        .setMessage(progress.message())
        .setPayload(progress.payload())
        .build();
  }

  static Progress progress(org.streamingcommands.cluster.v1.Progress progress) {
    return new Progress(
        Math.max(0, Math.min(100, progress.getPercent())),
        progress.getMessage(),
        progress.getPayload());
  }

  static org.streamingcommands.cluster.v1.Outcome outcome(Outcome<Any> outcome) {
    var builder = org.streamingcommands.cluster.v1.Outcome.newBuilder();
    if (outcome instanceof Outcome.Completed<Any> completed) {
      builder.getCompletedBuilder().setResult(completed.result());
    } else if (outcome instanceof Outcome.Failed<Any> failed) {
      builder
          .getFailedBuilder()
          .setCode(failed.code())
          .setMessage(failed.message())
          .setDetails(failed.details());
    } else if (outcome instanceof Outcome.Cancelled<Any> cancelled) {
      builder.getCancelledBuilder().setMessage(cancelled.message());
    } else if (outcome instanceof Outcome.Undelivered<Any> undelivered) {
      builder
          .getUndeliveredBuilder()
          .setReason(
              org.streamingcommands.cluster.v1.Reason.valueOf(
                  "REASON_" + undelivered.reason().name()))
          .setCertainty(
              org.streamingcommands.cluster.v1.Certainty.valueOf(
                  "CERTAINTY_" + undelivered.certainty().name()))
          .setMessage(undelivered.message());
    }
    return builder.build();
  }

  static Outcome<Any> outcome(org.streamingcommands.cluster.v1.Outcome outcome) {
    return switch (outcome.getKindCase()) {
      case COMPLETED -> new Outcome.Completed<>(outcome.getCompleted().getResult());
      case FAILED ->
          new Outcome.Failed<>(
              outcome.getFailed().getCode(),
              outcome.getFailed().getMessage(),
              outcome.getFailed().getDetails());
      case CANCELLED -> new Outcome.Cancelled<>(outcome.getCancelled().getMessage());
      case UNDELIVERED -> undelivered(outcome.getUndelivered());
      case KIND_NOT_SET ->
          new Outcome.Undelivered<>(
              Reason.NODE_UNREACHABLE,
              Certainty.SENT_UNCONFIRMED,
              "a node answered with a kind of outcome that this version does not know");
    };
  }

  private static Outcome<Any> undelivered(Undelivered undelivered) {
    Reason reason =
        switch (undelivered.getReason()) {
          case UNRECOGNIZED, REASON_UNSPECIFIED -> Reason.NODE_UNREACHABLE;
          default -> Reason.valueOf(undelivered.getReason().name().substring("REASON_".length()));
        };
    Certainty certainty =
        switch (undelivered.getCertainty()) {
          case CERTAINTY_NOT_SENT -> Certainty.NOT_SENT;
          case CERTAINTY_RECEIVED_NOT_FINISHED -> Certainty.RECEIVED_NOT_FINISHED;
          default -> Certainty.SENT_UNCONFIRMED;
        };
    return new Outcome.Undelivered<>(reason, certainty, undelivered.getMessage());
  }

  static org.streamingcommands.cluster.v1.Hello hello(Hello hello) {
    var builder =
        org.streamingcommands.cluster.v1.Hello.newBuilder()
            .setClient(key(hello.client()))
            .setInstanceId(hello.instanceId())
            .putAllLabels(hello.labels())
            .setClientVersion(hello.clientVersion())
            .setLastEpoch(hello.lastEpoch())
            .addAllRunning(hello.running());
    for (Hello.Result result : hello.unconfirmed()) {
      builder
          .addUnconfirmedBuilder()
          .setCommandId(result.commandId())
          .setOutcome(outcome(result.outcome()));
    }
    return builder.build();
  }

  static Hello hello(org.streamingcommands.cluster.v1.Hello hello) {
    List<Hello.Result> unconfirmed =
        hello.getUnconfirmedList().stream().map(ValueWire::result).toList();
    return new Hello(
        key(hello.getClient()),
        hello.getInstanceId(),
        hello.getLabelsMap(),
        hello.getClientVersion(),
        hello.getLastEpoch(),
        new LinkedHashSet<>(hello.getRunningList()),
        unconfirmed);
  }

  private static Hello.Result result(Result result) {
    return new Hello.Result(result.getCommandId(), outcome(result.getOutcome()));
  }

  static org.streamingcommands.cluster.v1.Goodbye goodbye(Goodbye goodbye) {
    return org.streamingcommands.cluster.v1.Goodbye.newBuilder()
        .setCause(
            org.streamingcommands.cluster.v1.Goodbye.Cause.valueOf(
                "CAUSE_" + goodbye.cause().name()))
        .setReconnectDelay(duration(goodbye.reconnectDelay()))
        .setMessage(goodbye.message())
        .build();
  }

  static Goodbye goodbye(org.streamingcommands.cluster.v1.Goodbye goodbye) {
    Goodbye.Cause cause =
        switch (goodbye.getCause()) {
          case UNRECOGNIZED, CAUSE_UNSPECIFIED -> Goodbye.Cause.DISCONNECTED;
          default -> Goodbye.Cause.valueOf(goodbye.getCause().name().substring("CAUSE_".length()));
        };
    return new Goodbye(cause, duration(goodbye.getReconnectDelay()), goodbye.getMessage());
  }
}
