package org.streamingcommands.api;

import org.jspecify.annotations.Nullable;
import org.streamingcommands.command.CancelResult;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.command.Receipt;
import org.streamingcommands.connection.Counters;
import org.streamingcommands.grpc.Wire;
import org.streamingcommands.grpc.v1.CancelCommandResponse;
import org.streamingcommands.grpc.v1.DispatchResponse;

/** One request of a Dispatch stream that has not been answered to the end. */
abstract sealed class DispatchAsk extends StepBuffer {
  final long correlationId;

  private final DispatchReady ready;

  /** The next one in {@link DispatchReady}; owned by it. */
  @Nullable DispatchAsk next;

  DispatchAsk(long correlationId, DispatchReady ready) {
    this.correlationId = correlationId;
    this.ready = ready;
  }

  @Override
  protected final void wake() {
    ready.add(this);
  }

  /** A command to be sent. */
  static final class Send extends DispatchAsk {
    final @Nullable Receipt wish;
    final boolean allSteps;

    Send(long correlationId, DispatchReady ready, @Nullable Receipt wish, boolean allSteps) {
      super(correlationId, ready);
      this.wish = wish;
      this.allSteps = allSteps;
    }

    boolean wantsSteps() {
      return allSteps || wish != null;
    }
  }

  /** A command to be cancelled. */
  static final class Cancel extends DispatchAsk {
    private volatile @Nullable CancelResult result;
    private volatile @Nullable InvalidRequest refused;

    Cancel(long correlationId, DispatchReady ready) {
      super(correlationId, ready);
    }

    void ended(@Nullable CancelResult verdict, @Nullable Throwable failure) {
      result = verdict;
      if (failure != null && CommandRoutes.unwrapped(failure) instanceof InvalidRequest refusal) {
        refused = refusal;
      }
      wake();
    }

    void count(Counters counters) {
      InvalidRequest refusal = refused;
      if (refusal != null) {
        refusal.count(counters);
      }
    }

    DispatchResponse.Builder answer() {
      DispatchResponse.Builder answer =
          DispatchResponse.newBuilder().setCorrelationId(correlationId);
      InvalidRequest refusal = refused;
      if (refusal != null) {
        return answer.setOutcome(Wire.outcome(refusal.outcome()));
      }
      CancelResult known = result;
      return answer.setCancel(cancelResponse(known == null ? CancelResult.notConfirmed() : known));
    }
  }

  static CancelCommandResponse cancelResponse(CancelResult result) {
    CancelCommandResponse.Builder response =
        CancelCommandResponse.newBuilder()
            .setResult(
                org.streamingcommands.grpc.v1.CancelResult.valueOf(
                    "CANCEL_RESULT_" + result.verdict().name()));
    Outcome<com.google.protobuf.Any> outcome = result.outcome().orElse(null);
    if (outcome != null) {
      response.setOutcome(Wire.outcome(outcome));
    }
    return response.build();
  }
}
