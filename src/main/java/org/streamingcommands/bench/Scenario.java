package org.streamingcommands.bench;

/** What is measured. */
public enum Scenario {
  /** One ask at a time, each from the call until the caller's thread has the answer. */
  CLOSED,
  /** As many asks as go through with so many under way. */
  WINDOW,
  /** What one client that reads nothing does to the others, who are asked at a fixed rate. */
  STALLED
}
