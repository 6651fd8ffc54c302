package org.streamingcommands.agent;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.streamingcommands.grpc.v1.CommandResult;

/** A command that ended, and how. */
final class FinishedCommand implements Known {
  private final Instant at;
  private final int bytes;
  private volatile CommandResult result;
  private volatile @Nullable Session handedTo;

  FinishedCommand(CommandResult result, Instant at) {
    this.result = result;
    this.at = at;
    // The id is kept as a key too.
    this.bytes = result.getSerializedSize() + result.getCommandId().length();
  }

  String id() {
    return result.getCommandId();
  }

  CommandResult result() {
    return result;
  }

  /** Puts a smaller result in the place of one that the server does not take. */
  void replaceBy(CommandResult smaller) {
    result = smaller;
  }

  Instant at() {
    return at;
  }

  int bytes() {
    return bytes;
  }

  /** The session that carries the result, so that it is not written twice by accident. */
  boolean isHandedTo(Session session) {
    return handedTo == session;
  }

  void handTo(Session session) {
    handedTo = session;
  }
}
