package org.streamingcommands.api;

import com.google.protobuf.Any;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.streamingcommands.command.CommandListener;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.command.Receipt;

/** The answer of a SendCommandToClient without a stream: the receipt or the outcome, one time. */
final class StrictSend implements CommandListener {
  private final CompletableFuture<HttpResponse> response = new CompletableFuture<>();
  private final Format format;
  private final CallSteps.Send steps;

  StrictSend(Format format, CallSteps.Send steps) {
    this.format = format;
    this.steps = steps;
  }

  CompletableFuture<HttpResponse> response() {
    return response;
  }

  @Override
  public void receipt(Receipt receipt) {
    if (!response.isDone()) {
      var message = steps.receipt(receipt);
      if (message != null) {
        response.complete(format.message(message));
      }
    }
  }

  @Override
  public void outcome(Outcome<Any> outcome) {
    if (response.isDone()) {
      return;
    }
    response.complete(
        outcome instanceof Outcome.Undelivered<Any> undelivered
            ? format.ended(Ending.of(undelivered, steps.commandId()))
            : format.message(steps.outcome(outcome)));
  }
}
