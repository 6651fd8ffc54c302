package org.streamingcommands.connection;

/** When a node pings a client. */
public enum PingStrategy {
  /** Every ping-interval. */
  INTERVAL,
  /** When nothing was heard for ping-interval. */
  ON_IDLE,
  /** Never; a peer that vanishes without closing is left to HTTP/2 keepalive. */
  DISABLED
}
