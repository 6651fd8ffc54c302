package org.streamingcommands.connection;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.streamingcommands.command.Priority;

/**
 * What waits for a client's stream to take it: bounded by count and bytes, HIGH before NORMAL, in
 * order within one priority. Behind it is a waiting room of the same bounds for what finds the
 * queue full; who waits there longer than its queue-timeout is turned away.
 *
 * <p>What enters the queue takes the room of the one with its coalescing key. Who only waits for
 * room takes nothing yet: should it be turned away, the older one is still there.
 */
final class CommandQueue {
  /** What became of an offer. */
  enum Admission {
    QUEUED,
    WAITING_FOR_ROOM,
    FULL
  }

  /** A tenth of the queue is kept free for HIGH. */
  private static final int HIGH_SHARE = 10;

  private final int maxCount;
  private final long maxBytes;
  private final BiConsumer<PendingCommand, PendingCommand> onSuperseded;
  private final Lane high = new Lane();
  private final Lane normal = new Lane();
  private final Lane waitingHigh = new Lane();
  private final Lane waitingNormal = new Lane();

  /** Most clients never get a command with a key. */
  private @Nullable Map<String, PendingCommand> newestByKey;

  private long bytes;
  private long waitingBytes;

  /**
   * @param onSuperseded told of each that left the queue, and of the newer one that is about to
   *     take its room
   */
  CommandQueue(
      int maxCount, long maxBytes, BiConsumer<PendingCommand, PendingCommand> onSuperseded) {
    this.maxCount = maxCount;
    this.maxBytes = maxBytes;
    this.onSuperseded = onSuperseded;
  }

  int size() {
    return high.size() + normal.size();
  }

  boolean isEmpty() {
    return high.isEmpty() && normal.isEmpty() && waitingHigh.isEmpty() && waitingNormal.isEmpty();
  }

  Admission offer(PendingCommand command) {
    // Nobody overtakes those who wait for room, but HIGH those of NORMAL.
    boolean mayEnter = waitingHigh.isEmpty() && (isHigh(command) || waitingNormal.isEmpty());
    if (mayEnter && hasRoomFor(command)) {
      enter(command);
      return Admission.QUEUED;
    }
    int size = command.command.size();
    if (size > maxBytes
        || waitingHigh.size() + waitingNormal.size() >= maxCount
        || waitingBytes + size > maxBytes
        || command.roomUntilMillis == 0) {
      return Admission.FULL;
    }
    (isHigh(command) ? waitingHigh : waitingNormal).add(command);
    waitingBytes += size;
    return Admission.WAITING_FOR_ROOM;
  }

  /** The next command to write; null when there is none. It stays until it is removed. */
  @Nullable PendingCommand peek() {
    return high.isEmpty() ? normal.first() : high.first();
  }

  /** All that were not inherited, in their order, taken out. */
  List<PendingCommand> takeNewcomers() {
    List<PendingCommand> newcomers = new ArrayList<>();
    for (Lane lane : List.of(high, waitingHigh, normal, waitingNormal)) {
      for (PendingCommand each = lane.first(); each != null; each = each.after) {
        if (!each.inherited) {
          newcomers.add(each);
        }
      }
    }
    newcomers.forEach(this::remove);
    return newcomers;
  }

  /** Lets those in who wait and have room now: HIGH first, in order within one priority. */
  List<PendingCommand> admitWaiting() {
    if (waitingHigh.isEmpty() && waitingNormal.isEmpty()) {
      return List.of();
    }
    List<PendingCommand> admitted = new ArrayList<>();
    admitFrom(waitingHigh, admitted);
    if (waitingHigh.isEmpty()) {
      admitFrom(waitingNormal, admitted);
    }
    return admitted;
  }

  private void admitFrom(Lane waiting, List<PendingCommand> admitted) {
    for (PendingCommand next = waiting.first();
        next != null && hasRoomFor(next);
        next = waiting.first()) {
      waiting.remove(next);
      waitingBytes -= next.command.size();
      enter(next);
      admitted.add(next);
    }
  }

  void remove(PendingCommand command) {
    if (high.remove(command) || normal.remove(command)) {
      bytes -= command.command.size();
    } else if (waitingHigh.remove(command) || waitingNormal.remove(command)) {
      waitingBytes -= command.command.size();
    }
    String key = command.command.coalescingKey();
    if (!key.isEmpty() && newestByKey != null) {
      newestByKey.remove(key, command);
    }
  }

  private boolean hasRoomFor(PendingCommand command) {
    PendingCommand older = older(command);
    int left = older == null ? size() : size() - 1;
    long leftBytes = older == null ? bytes : bytes - older.command.size();
    boolean isHigh = isHigh(command);
    int count = isHigh ? maxCount : maxCount - maxCount / HIGH_SHARE;
    long room = isHigh ? maxBytes : maxBytes - maxBytes / HIGH_SHARE;
    // An empty queue takes any one command that fits it whole.
    return left < count
        && (leftBytes + command.command.size() <= room
            || leftBytes == 0 && command.command.size() <= maxBytes);
  }

  private void enter(PendingCommand command) {
    PendingCommand older = older(command);
    if (older != null) {
      remove(older);
      onSuperseded.accept(older, command);
    }
    command.roomUntilMillis = 0;
    bytes += command.command.size();
    (isHigh(command) ? high : normal).add(command);
    String key = command.command.coalescingKey();
    if (!key.isEmpty()) {
      if (newestByKey == null) {
        newestByKey = new HashMap<>();
      }
      newestByKey.put(key, command);
    }
  }

  /** The one in the queue that this one makes superfluous. */
  private @Nullable PendingCommand older(PendingCommand newer) {
    String key = newer.command.coalescingKey();
    return key.isEmpty() || newestByKey == null ? null : newestByKey.get(key);
  }

  private static boolean isHigh(PendingCommand command) {
    return command.command.priority() == Priority.HIGH;
  }
}
