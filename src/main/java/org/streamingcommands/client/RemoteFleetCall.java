package org.streamingcommands.client;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.ErrorInfo;
import io.grpc.Status;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamingcommands.command.Certainty;
import org.streamingcommands.command.CommandException;
import org.streamingcommands.command.FleetListener;
import org.streamingcommands.command.FleetSummary;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.command.Reason;
import org.streamingcommands.command.WaveReport;
import org.streamingcommands.grpc.Wire;
import org.streamingcommands.grpc.v1.SendToManyRequest;
import org.streamingcommands.grpc.v1.SendToManyResponse;
import org.streamingcommands.grpc.v1.SendToManySummary;

/** One SendToMany call: reads an answer, tells it, reads the next. */
final class RemoteFleetCall
    implements ClientResponseObserver<SendToManyRequest, SendToManyResponse> {
  private static final Logger LOG = LoggerFactory.getLogger(RemoteFleetCall.class);

  private final String address;
  private final FleetListener<Any> listener;
  private final CompletableFuture<FleetSummary> result;
  private final Runnable onEnd;
  private final @Nullable Runnable otherNode;
  private final AtomicBoolean ended = new AtomicBoolean();
  private volatile boolean answered;
  private volatile @Nullable ClientCallStreamObserver<SendToManyRequest> call;

  /**
   * @param onEnd called once, before the result is there, unless another node is asked
   * @param otherNode asks another one where this one cannot be reached; null where there is none
   */
  RemoteFleetCall(
      String address,
      FleetListener<Any> listener,
      CompletableFuture<FleetSummary> result,
      Runnable onEnd,
      @Nullable Runnable otherNode) {
    this.address = address;
    this.listener = listener;
    this.result = result;
    this.onEnd = onEnd;
    this.otherNode = otherNode;
  }

  @Override
  public void beforeStart(ClientCallStreamObserver<SendToManyRequest> started) {
    call = started;
  }

  void cancel() {
    ClientCallStreamObserver<SendToManyRequest> running = call;
    if (running != null) {
      running.cancel("the sender wants to know no more", null);
    }
  }

  @Override
  public void onNext(SendToManyResponse answer) {
    answered = true;
    if (answer.hasSummary()) {
      end();
      result.complete(summary(answer.getSummary()));
      return;
    }
    try {
      tell(answer);
    } catch (RuntimeException | Error e) {
      // It must not end the call, which would end the sending.
      LOG.warn("A listener of a send to many clients threw", e);
    }
  }

  private void tell(SendToManyResponse answer) {
    switch (answer.getStepCase()) {
      case STARTED ->
          listener.started(answer.getStarted().getCommandId(), answer.getStarted().getTargets());
      case OUTCOME ->
          listener.outcome(
              answer.getOutcome().getClientId(), Wire.outcome(answer.getOutcome().getOutcome()));
      case WAVE_ENDED -> {
        var wave = answer.getWaveEnded();
        listener.waveEnded(
            new WaveReport(
                wave.getNumber(), wave.getClients(), wave.getFailed(), wave.getStopped()));
      }
      default -> {}
    }
  }

  @Override
  public void onError(Throwable error) {
    Runnable other = otherNode;
    boolean away = Status.fromThrowable(error).getCode() == Status.Code.UNAVAILABLE;
    if (away && !answered && other != null && ended.compareAndSet(false, true)) {
      other.run();
      return;
    }
    end();
    result.completeExceptionally(new CommandException(undelivered(error)));
  }

  @Override
  public void onCompleted() {
    // After the summary this changes nothing.
    onError(Status.UNAVAILABLE.withDescription("it ended without a summary").asException());
  }

  private void end() {
    if (ended.compareAndSet(false, true)) {
      onEnd.run();
    }
  }

  private Outcome.Undelivered<Any> undelivered(Throwable error) {
    Status status = Status.fromThrowable(error);
    ErrorInfo info = info(error);
    if (info == null) {
      // Without details, the message itself was more than one end takes.
      boolean tooLarge = status.getCode() == Status.Code.RESOURCE_EXHAUSTED;
      return new Outcome.Undelivered<>(
          tooLarge ? Reason.TOO_LARGE : Reason.NODE_UNREACHABLE,
          Certainty.SENT_UNCONFIRMED,
          "the api at %s: %s".formatted(address, ApiChannel.describe(status)));
    }
    return new Outcome.Undelivered<>(
        reason(info.getReason()),
        info.getMetadataOrDefault("certainty", "").equals(Certainty.NOT_SENT.name())
            ? Certainty.NOT_SENT
            : Certainty.SENT_UNCONFIRMED,
        String.valueOf(status.getDescription()));
  }

  private static @Nullable ErrorInfo info(Throwable error) {
    var details = StatusProto.fromThrowable(error);
    if (details == null || details.getDetailsCount() == 0) {
      return null;
    }
    try {
      return details.getDetails(0).unpack(ErrorInfo.class);
    } catch (InvalidProtocolBufferException e) {
      return null;
    }
  }

  /** One of a newer version reads as the node's trouble; the certainty still holds. */
  private static Reason reason(String name) {
    for (Reason reason : Reason.values()) {
      if (reason.name().equals(name)) {
        return reason;
      }
    }
    return Reason.NODE_UNREACHABLE;
  }

  private static FleetSummary summary(SendToManySummary summary) {
    Map<Reason, Integer> undelivered = new EnumMap<>(Reason.class);
    summary
        .getUndeliveredList()
        .forEach(
            count ->
                undelivered.merge(Wire.reason(count.getReason()), count.getCount(), Integer::sum));
    return new FleetSummary(
        summary.getCommandId(),
        summary.getTargets(),
        summary.getCompleted(),
        summary.getFailed(),
        summary.getCancelled(),
        undelivered,
        summary.getSkipped());
  }
}
