package org.streamingcommands.client;

import com.google.protobuf.Message;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.command.Progress;
import org.streamingcommands.command.Receipt;

/**
 * One step of a command on its way. {@link Ended} comes exactly once and last.
 *
 * @param <R> the type of the client's answer
 */
public sealed interface CommandStep<R extends Message> {

  /** The command got this far. Receipts only grow, and may be skipped. */
  record Reached<R extends Message>(Receipt receipt) implements CommandStep<R> {}

  /** The client says how far it is. */
  record Progressed<R extends Message>(Progress progress) implements CommandStep<R> {}

  /** The command ended. */
  record Ended<R extends Message>(Outcome<R> outcome) implements CommandStep<R> {}
}
