package org.streamingcommands.connection;

import org.apache.pekko.actor.CoordinatedShutdown;

/** Why a system's coordinated shutdown runs: an operator had the node drained. */
public enum DrainReason implements CoordinatedShutdown.Reason {
  BY_OPERATOR
}
