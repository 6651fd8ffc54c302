package org.streamingcommands.command;

/**
 * Why a command has no outcome from its client. The set is closed; the number beside each is the
 * one table from reasons to <a href="https://grpc.io/docs/guides/status-codes/">gRPC status
 * codes</a>.
 */
public enum Reason {
  /** The client has no live connection. UNAVAILABLE: it may come back. */
  NOT_CONNECTED(14),
  /** No service of this name is registered. NOT_FOUND. */
  UNKNOWN_SERVICE(5),
  /** The client's queue stayed full for the whole queue-timeout. RESOURCE_EXHAUSTED. */
  QUEUE_FULL(8),
  /** The deadline passed before there was an outcome. DEADLINE_EXCEEDED. */
  TIMED_OUT(4),
  /** The connection ended and the client did not resume in time. UNAVAILABLE. */
  CONNECTION_LOST(14),
  /** Another process took the client's place; what the former one did is not known. ABORTED. */
  CLIENT_RESTARTED(10),
  /** The command id is in use for another payload. ALREADY_EXISTS. */
  CONFLICT(6),
  /** A newer command with the same coalescing key took its place in the queue. ABORTED. */
  SUPERSEDED(10),
  /** The command is larger than allowed. RESOURCE_EXHAUSTED, as gRPC says of large messages. */
  TOO_LARGE(8),
  /** The command itself is wrong; the message names the field. INVALID_ARGUMENT. */
  INVALID_COMMAND(3),
  /** The command could not be written. INTERNAL. */
  WRITE_FAILED(13),
  /** No node could be reached, or the one that was asked went away. UNAVAILABLE. */
  NODE_UNREACHABLE(14),
  /** The node is stopping. UNAVAILABLE. */
  SHUTTING_DOWN(14),
  /**
   * The node is cut off from the part of its cluster that goes on without it, and cannot know who
   * is connected. UNAVAILABLE: another node does know.
   */
  NO_MAJORITY(14);

  private final int grpcCode;

  Reason(int grpcCode) {
    this.grpcCode = grpcCode;
  }

  /** The gRPC status code that a call ends with for this reason. */
  public int grpcCode() {
    return grpcCode;
  }

  /** Whether time alone may heal it: the same command may fare better a moment later. */
  public boolean isTransient() {
    return switch (this) {
      case NOT_CONNECTED,
          QUEUE_FULL,
          CONNECTION_LOST,
          NODE_UNREACHABLE,
          SHUTTING_DOWN,
          NO_MAJORITY ->
          true;
      default -> false;
    };
  }
}
