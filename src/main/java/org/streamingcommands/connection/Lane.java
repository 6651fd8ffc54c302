package org.streamingcommands.connection;

import org.jspecify.annotations.Nullable;

/**
 * Commands in the order in which they came, of which any may leave. Linked through the commands
 * themselves: every connected client has a few of these, and most are empty.
 */
final class Lane {
  private @Nullable PendingCommand first;
  private @Nullable PendingCommand last;
  private int size;

  int size() {
    return size;
  }

  boolean isEmpty() {
    return size == 0;
  }

  /** The one that came first; null where there is none. */
  @Nullable PendingCommand first() {
    return first;
  }

  /** A command of no lane. */
  void add(PendingCommand command) {
    command.lane = this;
    command.before = last;
    if (last == null) {
      first = command;
    } else {
      last.after = command;
    }
    last = command;
    size++;
  }

  /** Whether it was in this lane, and is not any more. */
  boolean remove(PendingCommand command) {
    if (command.lane != this) {
      return false;
    }
    PendingCommand before = command.before;
    PendingCommand after = command.after;
    if (before == null) {
      first = after;
    } else {
      before.after = after;
    }
    if (after == null) {
      last = before;
    } else {
      after.before = before;
    }
    command.lane = null;
    command.before = null;
    command.after = null;
    size--;
    return true;
  }
}
