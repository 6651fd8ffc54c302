package org.streamingcommands.connection;

/**
 * A change of who is connected.
 *
 * @param kind what happened
 * @param client the connection it happened to; after {@link Kind#REPLACED} the newer one
 */
public record PresenceEvent(Kind kind, ConnectedClient client) {

  /** What may happen. */
  public enum Kind {
    /** A client connected. */
    CONNECTED,
    /** Its connection ended. */
    DISCONNECTED,
    /** A newer connection of a connected client took the older one's place. */
    REPLACED
  }
}
