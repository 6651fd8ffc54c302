package org.streamingcommands.connection;

/** What happens when a client id connects while it is connected. */
public enum SecondConnection {
  /** The newer connection wins; the older one gets goodbye(REPLACED). */
  TAKE_OVER,
  /** The newer one is rejected, unless it comes from the same process of the client. */
  REJECT_NEW
}
