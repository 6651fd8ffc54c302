package org.streamingcommands.command;

/** A step that a command reached on its way; each includes the ones before it. */
public enum Receipt {
  /** The node accepted the command; it waits for the client's stream to take it. */
  QUEUED,
  /** The command was written to the client's stream. */
  SENT,
  /** The client said that it has the command. */
  RECEIVED
}
