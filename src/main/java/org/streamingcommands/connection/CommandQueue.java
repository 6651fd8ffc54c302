package org.streamingcommands.connection;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.streamingcommands.command.Priority;

/**
 * What waits for a client's stream to take it: bounded by count and bytes, HIGH before NORMAL, in
 * order within one priority. Behind it is a waiting room of the same bounds for what finds the
 * queue full; who waits there longer than its queue-timeout is turned away.
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
  private final LinkedHashSet<PendingCommand> high = new LinkedHashSet<>();
  private final LinkedHashSet<PendingCommand> normal = new LinkedHashSet<>();
  private final LinkedHashSet<PendingCommand> waitingHigh = new LinkedHashSet<>();
  private final LinkedHashSet<PendingCommand> waitingNormal = new LinkedHashSet<>();
  private final Map<String, PendingCommand> newestByKey = new HashMap<>();
  private long bytes;
  private long waitingBytes;

  CommandQueue(int maxCount, long maxBytes) {
    this.maxCount = maxCount;
    this.maxBytes = maxBytes;
  }

  int size() {
    return high.size() + normal.size();
  }

  boolean isEmpty() {
    return high.isEmpty() && normal.isEmpty() && waitingHigh.isEmpty() && waitingNormal.isEmpty();
  }

  /**
   * The command that this one makes superfluous, taken out of the queue; null when there is none.
   */
  @Nullable PendingCommand supersede(PendingCommand newer) {
    String key = newer.command.coalescingKey();
    PendingCommand older = key.isEmpty() ? null : newestByKey.get(key);
    if (older != null) {
      remove(older);
    }
    return older;
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
    index(command);
    return Admission.WAITING_FOR_ROOM;
  }

  /** The next command to write; null when there is none. It stays until it is removed. */
  @Nullable PendingCommand peek() {
    LinkedHashSet<PendingCommand> from = high.isEmpty() ? normal : high;
    Iterator<PendingCommand> iterator = from.iterator();
    return iterator.hasNext() ? iterator.next() : null;
  }

  /** All that were not inherited, in their order, taken out. */
  List<PendingCommand> takeNewcomers() {
    List<PendingCommand> newcomers = new ArrayList<>();
    for (LinkedHashSet<PendingCommand> part : List.of(high, waitingHigh, normal, waitingNormal)) {
      part.stream().filter(command -> !command.inherited).forEach(newcomers::add);
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

  private void admitFrom(LinkedHashSet<PendingCommand> waiting, List<PendingCommand> admitted) {
    Iterator<PendingCommand> iterator = waiting.iterator();
    while (iterator.hasNext()) {
      PendingCommand next = iterator.next();
      if (!hasRoomFor(next)) {
        return;
      }
      iterator.remove();
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
    if (!key.isEmpty()) {
      newestByKey.remove(key, command);
    }
  }

  private boolean hasRoomFor(PendingCommand command) {
    boolean isHigh = isHigh(command);
    int count = isHigh ? maxCount : maxCount - maxCount / HIGH_SHARE;
    long room = isHigh ? maxBytes : maxBytes - maxBytes / HIGH_SHARE;
    // An empty queue takes any one command that fits it whole.
    return size() < count
        && (bytes + command.command.size() <= room
            || bytes == 0 && command.command.size() <= maxBytes);
  }

  private void enter(PendingCommand command) {
    command.roomUntilMillis = 0;
    bytes += command.command.size();
    (isHigh(command) ? high : normal).add(command);
    index(command);
  }

  private void index(PendingCommand command) {
    String key = command.command.coalescingKey();
    if (!key.isEmpty()) {
      newestByKey.put(key, command);
    }
  }

  private static boolean isHigh(PendingCommand command) {
    return command.command.priority() == Priority.HIGH;
  }
}
