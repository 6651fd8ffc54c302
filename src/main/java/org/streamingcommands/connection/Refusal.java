package org.streamingcommands.connection;

/**
 * Why somebody was turned away at a listener; for figures, and for code as an ErrorInfo's reason.
 */
public enum Refusal {
  /** Nothing that was shown is accepted. */
  NOT_AUTHENTICATED,
  /** Others, or they themselves, failed too often at the same address. */
  TOO_MANY_ATTEMPTS,
  /** They, or their service, have as many connections as they may. */
  TOO_MANY_CONNECTIONS,
  /** What was shown is no longer valid. */
  EXPIRED,
  /** They are known, and may not do this. */
  NOT_PERMITTED,
  /** They send more a second than they may. */
  RATE_LIMITED;

  /** Where. */
  public enum Listener {
    EDGE,
    API
  }
}
