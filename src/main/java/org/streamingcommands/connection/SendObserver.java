package org.streamingcommands.connection;

import com.google.protobuf.Any;
import org.jspecify.annotations.Nullable;
import org.streamingcommands.command.ClientKey;
import org.streamingcommands.command.Command;
import org.streamingcommands.command.Outcome;

/**
 * Sees every send of this node's senders begin and end. Called on the senders' and the engine's
 * threads, so that it must not block; what it throws is logged and changes nothing.
 */
public interface SendObserver {

  /** One send, from its beginning to its one end. */
  interface Observation {
    /** The command as it shall travel. */
    default Command command(Command command) {
      return command;
    }

    /**
     * @param nanos how long it took
     */
    void ended(Outcome<Any> outcome, long nanos);
  }

  /**
   * A send that was refused before it began, because its sender may not, or not so fast.
   *
   * @param service as the caller wrote it, whatever that is
   * @param clientId as the caller wrote it; empty where many were meant
   * @param commandId as the caller wrote it; empty for none
   */
  record Refused(
      Sender by,
      String service,
      String clientId,
      String commandId,
      String typeUrl,
      Outcome.Undelivered<Any> why) {}

  /** Told of every {@link Refused} one. */
  default void refused(Refused send) {}

  /**
   * @return null where this send is of no interest
   */
  @Nullable Observation begins(Sender by, ClientKey client, Command command);
}
