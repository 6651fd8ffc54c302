package org.streamingcommands.command;

/** Which commands leave a client's queue first; order within one priority is kept. */
public enum Priority {
  NORMAL,
  /** Leaves before {@link #NORMAL}; a tenth of the queue is kept free for it. */
  HIGH
}
