package org.streamingcommands.service;

import com.google.protobuf.Any;
import java.util.Optional;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.command.Receipt;

/**
 * What a send until a receipt came to. Exactly one of the two is there.
 *
 * @param commandId the command's id, for asking again
 * @param receipt the receipt that was waited for, or a later one
 * @param outcome how the command ended before that receipt
 */
public record SendReport(
    String commandId, Optional<Receipt> receipt, Optional<Outcome<Any>> outcome) {

  /**
   * Whether the command got so far. A client may leave out its receipt and answer at once, so an
   * answer of its own counts too.
   */
  public boolean isReached() {
    return receipt.isPresent()
        || outcome.orElseThrow() instanceof Outcome.Completed<Any>
        || outcome.orElseThrow() instanceof Outcome.Failed<Any>;
  }
}
