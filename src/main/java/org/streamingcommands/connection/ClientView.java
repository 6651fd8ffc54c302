package org.streamingcommands.connection;

import com.google.protobuf.Any;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.command.Receipt;

/**
 * What a client's entity knows of it. Where all commands were asked for, the newest {@value #MOST}
 * of each kind, and without what the outcomes carry; where one was, it whole.
 *
 * @param connection its connection; empty when there is none
 * @param pending commands that have not ended, in the order of their sends
 * @param ended commands that ended within the dedup window, the eldest first
 */
public record ClientView(
    Optional<ConnectedClient> connection, List<Pending> pending, List<Ended> ended) {

  /** Of each kind of command. */
  public static final int MOST = 100;

  /** Of a client that nobody knows anything of. */
  public static final ClientView NOTHING = new ClientView(Optional.empty(), List.of(), List.of());

  /**
   * A command that has not ended.
   *
   * @param reached empty while it waits for room in the queue
   * @param percent as the client said last
   */
  public record Pending(
      String commandId, String typeUrl, Optional<Receipt> reached, Instant deadline, int percent) {}

  /** A command that ended. */
  public record Ended(String commandId, String typeUrl, Outcome<Any> outcome, Instant at) {}
}
