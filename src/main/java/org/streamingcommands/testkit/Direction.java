package org.streamingcommands.testkit;

/** Which way bytes go through a {@link FaultyLink}. */
public enum Direction {
  /** From whoever dialled to the address behind the link. */
  TO_SERVER,
  /** From the address behind the link to whoever dialled. */
  TO_CLIENT
}
