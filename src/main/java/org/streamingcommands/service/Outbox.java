package org.streamingcommands.service;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * What a stream has yet to hand to the transport, between the engine's threads that add and the
 * stage that takes. Its free room is the credit that the engine has.
 *
 * @param <C> the frames
 */
final class Outbox<C> {

  /**
   * How the stream ends once everything before is taken.
   *
   * @param failure null for an end in order
   */
  record Ending(@Nullable RuntimeException failure) {}

  private record Frame<C>(C content, int size) {}

  private final int capacity;
  private final int maxBytes;
  private final Deque<Frame<C>> frames = new ArrayDeque<>();
  private long bytes;
  private boolean stageWaits;
  private boolean creditOwed;
  private @Nullable Ending ending;

  /**
   * @param maxBytes with so many waiting there is no room either; it takes any one frame
   */
  Outbox(int capacity, int maxBytes) {
    this.capacity = capacity;
    this.maxBytes = maxBytes;
  }

  /**
   * Adds a frame, unless the stream is to end.
   *
   * @param size what it counts against the bytes
   * @return whether the stage sleeps and has to be woken
   */
  synchronized boolean add(C frame, int size) {
    if (ending != null) {
      return false;
    }
    frames.add(new Frame<>(frame, size));
    bytes += size;
    boolean wake = stageWaits;
    stageWaits = false;
    return wake;
  }

  /** How many frames may be added; after an answer of 0 {@link #creditsDue} tells when more. */
  synchronized int room() {
    boolean full = ending != null || bytes >= maxBytes;
    int room = full ? 0 : Math.max(0, capacity - frames.size());
    creditOwed |= room == 0;
    return room;
  }

  /** Whether the transport took everything so far. */
  synchronized boolean isEmpty() {
    return frames.isEmpty();
  }

  /** Nothing is added from now on. The first ending counts. */
  synchronized void end(Ending last) {
    if (ending == null) {
      ending = last;
    }
  }

  /** The same, and what waits is dropped. */
  synchronized void endAtOnce(Ending last) {
    if (ending == null) {
      frames.clear();
      ending = last;
    }
  }

  // ---- the stage ----------------------------------------------------------------------------

  /** The next frame; after null the stage is woken by the next {@link #add}. */
  synchronized @Nullable C poll() {
    Frame<C> next = frames.poll();
    stageWaits = next == null;
    if (next == null) {
      return null;
    }
    bytes -= next.size();
    return next.content();
  }

  /** How the stream ends, once it may end now. */
  synchronized @Nullable Ending endingReached() {
    return frames.isEmpty() ? ending : null;
  }

  /** How the stream is going to end; null while it goes on. */
  synchronized @Nullable Ending ending() {
    return ending;
  }

  /**
   * The credits to grant now, after the engine was told that there are none; 0 for not yet. Half
   * the room is waited for, so that a slow transport does not cost a message per frame.
   */
  synchronized int creditsDue() {
    int room = capacity - frames.size();
    boolean halfFree = room >= (capacity + 1) / 2 && bytes <= maxBytes / 2;
    if (!creditOwed || ending != null || !halfFree) {
      return 0;
    }
    creditOwed = false;
    return room;
  }
}
