package org.streamingcommands.agent;

/** Where an {@link Agent} stands. */
public enum AgentState {
  /** It dials, or waits for the server's welcome. */
  CONNECTING,
  /** The server took it in; commands arrive. */
  CONNECTED,
  /** It waits before it dials again. */
  WAITING,
  /** It lets its running handlers finish and then leaves. */
  CLOSING,
  /** It left for good. */
  CLOSED,
  /** Another connection of the same client id took its place; it stays away for good. */
  REPLACED
}
