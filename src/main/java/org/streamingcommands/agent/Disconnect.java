package org.streamingcommands.agent;

import java.time.Duration;

/**
 * Why an agent is not connected.
 *
 * @param cause in a word
 * @param message one line for a person
 * @param reconnectIn how long the agent waits before it dials again; zero when it never will
 */
public record Disconnect(Cause cause, String message, Duration reconnectIn) {

  /** What ended a connection, or an attempt to make one. */
  public enum Cause {
    /** No server took the agent in: nothing listened, no welcome came in time, or it said later. */
    UNREACHABLE,
    /** A connection that stood broke. */
    LOST,
    /**
     * The server refuses this agent as it is: a wrong name, no right to connect, another protocol.
     * The agent keeps trying, at its slowest; a person should look.
     */
    REFUSED,
    /** The node is stopping. */
    DRAINING,
    /** The node has too many clients. */
    OVERLOADED,
    /** An operator ended the connection. */
    DISCONNECTED,
    /** One end heard nothing of the other for too long. */
    SILENT,
    /** The token or certificate that was shown is no longer valid; the agent shows another. */
    EXPIRED,
    /** Another connection of the same client id took this one's place. The agent stays away. */
    REPLACED,
    /** The agent was closed. */
    CLOSED
  }

  Disconnect reconnectingIn(Duration delay) {
    return new Disconnect(cause, message, delay);
  }
}
