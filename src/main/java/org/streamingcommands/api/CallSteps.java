package org.streamingcommands.api;

import com.google.protobuf.Any;
import com.google.protobuf.MessageLite;
import org.jspecify.annotations.Nullable;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.command.Progress;
import org.streamingcommands.command.Receipt;
import org.streamingcommands.grpc.Wire;
import org.streamingcommands.grpc.v1.ExecuteCommandResponse;
import org.streamingcommands.grpc.v1.SendCommandToClientResponse;

/** What a call about one command answers at each of its steps. */
sealed interface CallSteps {

  /** The answer at a receipt; null for none. */
  @Nullable MessageLite receipt(Receipt receipt);

  /** The answer at a progress; null for none. */
  @Nullable MessageLite progress(Progress progress);

  /** The answer at every outcome but undelivered. */
  MessageLite outcome(Outcome<Any> outcome);

  /** Whether the call has its answer with this receipt. */
  boolean endsAt(Receipt receipt);

  /** Whether the engine need say more than the outcome. */
  boolean wantsSteps();

  /** Of SendCommandToClient: one answer. */
  record Send(String commandId, @Nullable Receipt wish) implements CallSteps {
    @Override
    public @Nullable MessageLite receipt(Receipt receipt) {
      return endsAt(receipt)
          ? SendCommandToClientResponse.newBuilder()
              .setCommandId(commandId)
              .setReceipt(Wire.receipt(receipt))
              .build()
          : null;
    }

    @Override
    public @Nullable MessageLite progress(Progress progress) {
      return null;
    }

    @Override
    public MessageLite outcome(Outcome<Any> outcome) {
      return SendCommandToClientResponse.newBuilder()
          .setCommandId(commandId)
          .setOutcome(Wire.outcome(outcome))
          .build();
    }

    @Override
    public boolean endsAt(Receipt receipt) {
      return wish != null && receipt.compareTo(wish) >= 0;
    }

    @Override
    public boolean wantsSteps() {
      return wish != null;
    }
  }

  /** Of ExecuteCommand: all of them. */
  record Execute(String commandId) implements CallSteps {
    @Override
    public MessageLite receipt(Receipt receipt) {
      return step().setReceipt(Wire.receipt(receipt)).build();
    }

    @Override
    public MessageLite progress(Progress progress) {
      return step().setProgress(Wire.progress(progress)).build();
    }

    @Override
    public MessageLite outcome(Outcome<Any> outcome) {
      return step().setOutcome(Wire.outcome(outcome)).build();
    }

    @Override
    public boolean endsAt(Receipt receipt) {
      return false;
    }

    @Override
    public boolean wantsSteps() {
      return true;
    }

    private ExecuteCommandResponse.Builder step() {
      return ExecuteCommandResponse.newBuilder().setCommandId(commandId);
    }
  }
}
