package org.streamingcommands.command;

import com.google.protobuf.Any;
import java.util.Optional;

/**
 * What a send came to: the receipt that was waited for, or a later one, or the outcome where the
 * command ended first. Exactly one of the two is there.
 *
 * @param commandId the command's id, for a later cancel or for asking again
 * @param receipt the receipt that was reached
 * @param outcome how the command ended before that receipt
 */
public record SendResult(
    String commandId, Optional<Receipt> receipt, Optional<Outcome<Any>> outcome) {

  public static SendResult reached(String commandId, Receipt receipt) {
    return new SendResult(commandId, Optional.of(receipt), Optional.empty());
  }

  public static SendResult ended(String commandId, Outcome<Any> outcome) {
    return new SendResult(commandId, Optional.empty(), Optional.of(outcome));
  }

  /**
   * Whether the command got as far as was wished. A client may leave out its receipt and answer at
   * once, so an outcome of the client's own counts too.
   */
  public boolean isReached() {
    return outcome
        .map(o -> o instanceof Outcome.Completed<Any> || o instanceof Outcome.Failed<Any>)
        .orElse(true);
  }
}
