package org.streamingcommands.client;

import java.util.function.Consumer;
import org.streamingcommands.command.CancelResult;
import org.streamingcommands.command.ClientKey;
import org.streamingcommands.command.Command;
import org.streamingcommands.command.CommandListener;

/**
 * The way from a sender to the client's entity. Both methods return at once, never throw for what
 * can be an outcome, and may call back before they return.
 */
interface CommandTransport {
  /**
   * Tells the listener what was wished: for a receipt, one call of {@code receipt} or {@code
   * outcome}, though a transport may tell more; otherwise {@code outcome} exactly once and last.
   */
  void send(ClientKey client, Command command, SendWish wish, CommandListener listener);

  /** Answers once. */
  void cancel(ClientKey client, String commandId, Consumer<CancelResult> answer);
}
