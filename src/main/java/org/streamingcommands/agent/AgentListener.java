package org.streamingcommands.agent;

/**
 * Hears how an agent's connection goes. Called one call at a time, in order, on a network or timer
 * thread: it must not block. What it throws is logged and changes nothing.
 */
public interface AgentListener {

  /** The server took the agent in; {@code epoch} grows with every connection of the client. */
  default void connected(String sessionId, long epoch) {}

  /**
   * The connection ended, or an attempt failed. Unless {@link #replaced} or {@link #closed}
   * follows, the agent dials again after {@link Disconnect#reconnectIn()}.
   */
  default void disconnected(Disconnect why) {}

  /** Another connection of the same client id took over; this agent never comes back. */
  default void replaced() {}

  /** The agent was closed. */
  default void closed() {}
}
