package org.streamingcommands.client;

import com.google.protobuf.Any;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import org.streamingcommands.command.CancelResult;
import org.streamingcommands.command.Certainty;
import org.streamingcommands.command.ClientKey;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.command.Outcome.Undelivered;
import org.streamingcommands.grpc.Wire;
import org.streamingcommands.grpc.v1.CancelCommandResponse;
import org.streamingcommands.grpc.v1.DispatchRequest;
import org.streamingcommands.grpc.v1.DispatchResponse;

/** Asks to stop one command. It may be asked again, because cancelling twice is cancelling once. */
final class CancelExchange extends Exchange {
  private final ClientKey client;
  private final String commandId;
  private final Consumer<CancelResult> answer;

  CancelExchange(
      ExchangeTable table,
      long deadline,
      ClientKey client,
      String commandId,
      Consumer<CancelResult> answer) {
    super(table, deadline, commandId.length());
    this.client = client;
    this.commandId = commandId;
    this.answer = answer;
  }

  @Override
  ClientKey client() {
    return client;
  }

  @Override
  void fill(DispatchRequest.Builder request, Duration timeout) {
    request
        .getCancelBuilder()
        .setService(client.service())
        .setClientId(client.clientId())
        .setCommandId(commandId)
        .setTimeout(Wire.duration(timeout));
  }

  @Override
  boolean isLast(DispatchResponse response) {
    return switch (response.getStepCase()) {
      case RECEIPT, PROGRESS -> false;
      case OUTCOME, CANCEL, STEP_NOT_SET -> true;
    };
  }

  @Override
  Certainty proven() {
    return Certainty.SENT_UNCONFIRMED;
  }

  @Override
  void tell(DispatchResponse response) {
    switch (response.getStepCase()) {
      case CANCEL -> answer.accept(result(response.getCancel()));
      case OUTCOME -> answer.accept(CancelResult.of(Wire.outcome(response.getOutcome())));
      case STEP_NOT_SET -> answer.accept(notConfirmed(Wire.outcome(response.getOutcome())));
      default -> {}
    }
  }

  @Override
  void tell(Undelivered<Any> end) {
    answer.accept(notConfirmed(end));
  }

  private static CancelResult notConfirmed(Outcome<Any> why) {
    return new CancelResult(CancelResult.Verdict.NOT_CONFIRMED, Optional.of(why));
  }

  private static CancelResult result(CancelCommandResponse response) {
    Outcome<Any> outcome = Wire.outcome(response.getOutcome());
    return switch (response.getResult()) {
      case CANCEL_RESULT_CANCELLED ->
          new CancelResult(CancelResult.Verdict.CANCELLED, Optional.of(outcome));
      case CANCEL_RESULT_TOO_LATE ->
          new CancelResult(CancelResult.Verdict.TOO_LATE, Optional.of(outcome));
      case CANCEL_RESULT_UNKNOWN_COMMAND -> CancelResult.unknownCommand();
      case CANCEL_RESULT_NOT_CONFIRMED -> CancelResult.notConfirmed();
      case CANCEL_RESULT_UNSPECIFIED, UNRECOGNIZED -> notConfirmed(outcome);
    };
  }
}
