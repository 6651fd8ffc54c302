package org.streamingcommands.bench;

import java.util.Locale;

/** Who is measured. The clients do the same for all: acknowledge, and nothing else. */
public enum Contender {
  /** A stream per client in a map, and nothing else: {@link Floor}. */
  FLOOR,
  /** A node, asked from its own JVM. */
  LOCAL,
  /** The same node, asked from another JVM through its api. */
  REMOTE,
  /** The same, by a unary call for each ask, as from any language. */
  UNARY,
  /** The floor, asked so: what a unary call costs by itself. */
  FLOOR_UNARY,
  /** Three nodes, asked on the one that holds the streams; the entities are on another. */
  CLUSTER,
  /** The same, asked on the third. */
  CLUSTER3,
  /** A NATS server and request-reply. */
  NATS,
  /** An MQTT 5 broker and request-response. */
  MQTT;

  /** As people write it. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
