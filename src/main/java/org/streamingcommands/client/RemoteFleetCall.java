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
import org.jspecify.annotations.Nullable;
import org.streamingcommands.command.Certainty;
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
  /** Hears of it, one thing at a time; the summary or the failure is the last. */
  interface Listener extends FleetListener<Any> {
    void summary(FleetSummary summary);

    void failed(Status status, Outcome.Undelivered<Any> why);
  }

  private final String address;
  private final Listener listener;
  private volatile boolean ended;
  private volatile @Nullable ClientCallStreamObserver<SendToManyRequest> call;

  RemoteFleetCall(String address, Listener listener) {
    this.address = address;
    this.listener = listener;
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
      case SUMMARY -> {
        ended = true;
        listener.summary(summary(answer.getSummary()));
      }
      case STEP_NOT_SET -> {}
    }
  }

  @Override
  public void onError(Throwable error) {
    if (!ended) {
      ended = true;
      listener.failed(Status.fromThrowable(error), undelivered(error));
    }
  }

  @Override
  public void onCompleted() {
    onError(Status.UNAVAILABLE.withDescription("it ended without a summary").asException());
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
