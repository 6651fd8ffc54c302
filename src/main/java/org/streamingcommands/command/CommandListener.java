package org.streamingcommands.command;

import com.google.protobuf.Any;

/**
 * Hears what becomes of one send. Called on the engine's threads, one call at a time, {@link
 * #outcome} exactly once and last; an implementation must not block.
 */
public interface CommandListener {
  /** The command got this far. Steps may be skipped, none comes twice. */
  default void receipt(Receipt receipt) {}

  /** The command goes on. */
  default void progress(Progress progress) {}

  /** The command ended. */
  void outcome(Outcome<Any> outcome);
}
