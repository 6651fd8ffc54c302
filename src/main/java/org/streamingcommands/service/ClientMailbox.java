package org.streamingcommands.service;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;
import org.streamingcommands.connection.ConnectedClient;

/**
 * What one client's callbacks have yet to be told, in order. Plain state: {@link ServiceCallbacks}
 * touches it only while it holds the client's key, but for {@link #connection}.
 */
final class ClientMailbox {

  /** One callback to run; {@code message} counts against the buffer. */
  record Task(Runnable action, boolean message) {}

  private final int capacity;
  private final Deque<Task> tasks = new ArrayDeque<>(0);

  /** Not before one is: few clients ever send more than is handled. */
  private @Nullable Deque<Runnable> held;

  private int messages;
  private boolean scheduled;
  private volatile @Nullable ConnectedClient connection;

  ClientMailbox(int capacity) {
    this.capacity = capacity;
  }

  /** The connection that was told of last and has not ended; readable by any thread. */
  @Nullable ConnectedClient connection() {
    return connection;
  }

  void connection(@Nullable ConnectedClient newer) {
    connection = newer;
  }

  void add(Runnable action) {
    tasks.add(new Task(action, false));
  }

  /**
   * @param taken held back until there is room for another message
   * @return whether there is room at once, so that {@code taken} is the caller's to run
   */
  boolean addMessage(Runnable action, Runnable taken) {
    tasks.add(new Task(action, true));
    messages++;
    if (messages < capacity) {
      return true;
    }
    if (held == null) {
      held = new ArrayDeque<>(0);
    }
    held.add(taken);
    return false;
  }

  /** Whether the caller is to have the mailbox emptied; true for one caller at a time. */
  boolean schedule() {
    boolean first = !scheduled && !tasks.isEmpty();
    scheduled |= first;
    return first;
  }

  /** The next task; with null the mailbox is no longer scheduled. */
  @Nullable Task next() {
    Task next = tasks.poll();
    scheduled = next != null;
    return next;
  }

  /** A message was handled; answers who may read on now, if anyone waits. */
  @Nullable Runnable messageDone() {
    messages--;
    return messages < capacity && held != null ? held.poll() : null;
  }

  boolean isDisposable() {
    return connection == null && !scheduled && tasks.isEmpty();
  }
}
