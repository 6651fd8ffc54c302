package org.streamingcommands.connection;

import java.time.Duration;

/**
 * A node's last word to a client.
 *
 * @param cause why
 * @param reconnectDelay how long the client should wait before it dials again
 * @param message one line for a person
 */
public record Goodbye(Cause cause, Duration reconnectDelay, String message) implements LastWord {

  /** Why a node ends a stream. */
  public enum Cause {
    /** Another process connected as this client, and this is the older one. It must not return. */
    REPLACED,
    /** The node is stopping. */
    DRAINING,
    /** The node has too many clients. */
    OVERLOADED,
    /** An operator ended the connection, or a later one of the same process took its place. */
    DISCONNECTED,
    /** The node heard nothing of the client for ping-interval + ping-timeout. */
    SILENT,
    /** What the client showed of itself is no longer valid. */
    EXPIRED
  }

  public static Goodbye of(Cause cause, String message) {
    return new Goodbye(cause, Duration.ZERO, message);
  }
}
