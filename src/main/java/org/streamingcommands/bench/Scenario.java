package org.streamingcommands.bench;

import java.util.Locale;

/** What is measured. */
public enum Scenario {
  /** One ask at a time, each from the call until the caller's thread has the answer. */
  CLOSED,
  /** As many asks as go through with so many under way. */
  WINDOW,
  /** Asks at a fixed rate, each counted from when it was due. */
  OPEN,
  /** What an ask allocates, and the threads that are started for it. */
  ALLOCATION,
  /** How fast clients come in, and what that costs the server. */
  CONNECT,
  /** What one client that reads nothing does to the others, who are asked at a fixed rate. */
  STALLED,
  /** Whether an ask takes longer where more clients are connected. */
  GROWTH,
  /** One command to all of a crowd, until the outcome of each is there. */
  BROADCAST,
  /** What connections cost that only ping: memory and CPU. */
  IDLE,

  /** The memory of as many over TLS. */
  TLS;

  /** As people write it. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
