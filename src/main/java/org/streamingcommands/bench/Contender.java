package org.streamingcommands.bench;

import java.util.Locale;

/** Who is measured. The clients, their frames and the loops are the same for all. */
enum Contender {
  /** A stream per client in a map, and nothing else: {@link Floor}. */
  FLOOR,
  /** A node, asked from its own JVM. */
  LOCAL,
  /** The same node, asked from another JVM through its api. */
  REMOTE;

  String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
