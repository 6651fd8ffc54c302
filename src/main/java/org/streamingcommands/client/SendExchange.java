package org.streamingcommands.client;

import com.google.protobuf.Any;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.streamingcommands.command.Certainty;
import org.streamingcommands.command.ClientKey;
import org.streamingcommands.command.Command;
import org.streamingcommands.command.CommandListener;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.command.Outcome.Undelivered;
import org.streamingcommands.command.Receipt;
import org.streamingcommands.grpc.Wire;
import org.streamingcommands.grpc.v1.CommandSpec;
import org.streamingcommands.grpc.v1.DispatchRequest;
import org.streamingcommands.grpc.v1.DispatchResponse;
import org.streamingcommands.grpc.v1.DispatchSend;

/** Sends one command and hears of it. */
final class SendExchange extends Exchange {
  private final ClientKey client;
  private final Command command;
  private final SendWish wish;
  private final CommandListener listener;

  /** The last one told; also what filters those that come again after asking again. */
  private volatile @Nullable Receipt reached;

  SendExchange(
      ExchangeTable table,
      long deadline,
      ClientKey client,
      Command command,
      SendWish wish,
      CommandListener listener) {
    super(table, deadline, command.size());
    this.client = client;
    this.command = command;
    this.wish = wish;
    this.listener = listener;
  }

  @Override
  ClientKey client() {
    return client;
  }

  @Override
  void fill(DispatchRequest.Builder request, Duration timeout) {
    // Relative, because the clocks of two machines differ.
    CommandSpec spec =
        CommandSpec.newBuilder()
            .setCommandId(command.id())
            .setPayload(command.payload())
            .setTimeout(Wire.duration(timeout))
            .setPriority(Wire.priority(command.priority()))
            .setCoalescingKey(command.coalescingKey())
            .putAllHeaders(command.headers())
            .build();
    DispatchSend.Builder send =
        request
            .getSendBuilder()
            .setService(client.service())
            .setClientId(client.clientId())
            .setCommand(spec)
            .setAllSteps(wish == SendWish.ALL_STEPS);
    wish.receipt().map(Wire::receipt).ifPresent(send::setWaitFor);
  }

  @Override
  boolean isLast(DispatchResponse answer) {
    return switch (answer.getStepCase()) {
      case RECEIPT ->
          wish.receipt()
              .filter(r -> r.compareTo(Wire.receipt(answer.getReceipt())) <= 0)
              .isPresent();
      case PROGRESS -> false;
      // An answer of a kind that this version does not know must not leave the sender waiting.
      case OUTCOME, CANCEL, STEP_NOT_SET -> true;
    };
  }

  @Override
  Certainty proven() {
    return reached == Receipt.RECEIVED
        ? Certainty.RECEIVED_NOT_FINISHED
        : Certainty.SENT_UNCONFIRMED;
  }

  @Override
  void tell(DispatchResponse answer) {
    switch (answer.getStepCase()) {
      case RECEIPT -> tell(Wire.receipt(answer.getReceipt()));
      case PROGRESS -> tellProgress(answer);
      default -> listener.outcome(certain(Wire.outcome(answer.getOutcome())));
    }
  }

  @Override
  void tell(Undelivered<Any> end) {
    listener.outcome(end);
  }

  private void tell(Receipt receipt) {
    Receipt before = reached;
    if (before == null || before.compareTo(receipt) < 0) {
      reached = receipt;
      listener.receipt(receipt);
    }
  }

  private void tellProgress(DispatchResponse answer) {
    if (wish == SendWish.ALL_STEPS) {
      listener.progress(Wire.progress(answer.getProgress()));
    }
  }

  /**
   * A node speaks only for the delivery that it knows. Where an earlier stream may have carried the
   * command too, or a receipt said that it was sent, NOT_SENT would be false.
   */
  private Outcome<Any> certain(Outcome<Any> outcome) {
    if (!(outcome instanceof Undelivered<Any> end)) {
      return outcome;
    }
    Receipt last = reached;
    boolean neverLeft = (last == null || last == Receipt.QUEUED) && !isAskedAgain();
    Certainty floor = neverLeft ? Certainty.NOT_SENT : proven();
    return floor.compareTo(end.certainty()) <= 0
        ? end
        : new Undelivered<>(end.reason(), floor, end.message());
  }
}
