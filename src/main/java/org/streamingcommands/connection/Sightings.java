package org.streamingcommands.connection;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Who of the cluster cannot reach whom, and what one node makes of it. A node that was paused sees
 * nobody when it wakes, as nobody saw it: what it says of others counts nothing until it is seen
 * again. Two that cannot reach each other, while a third hears of it from both, are no proof of a
 * side of their own: the resolver takes those two out and counts on without them. Plain state.
 *
 * @param <N> names a node
 */
final class Sightings<N> {
  /**
   * How long somebody must not reach this node before that is believed: the others may tell more.
   */
  static final long HOLD_MILLIS = 2_500;

  /** So many look after each node of a large cluster. */
  private static final int MOST_OBSERVERS = 9;

  /** One cannot reach the other. */
  record Seen<N>(N observer, N subject) {}

  private final N self;
  private final Set<N> unreachable = new HashSet<>();
  private long selfSinceMillis = Long.MAX_VALUE;

  Sightings(N self) {
    this.self = self;
  }

  /**
   * @param seen all that holds now
   * @param members how many nodes look after one another
   */
  void update(Collection<Seen<N>> seen, int members, long nowMillis) {
    Map<N, Set<N>> observers = new HashMap<>();
    seen.forEach(
        one ->
            observers.computeIfAbsent(one.subject(), any -> new HashSet<>()).add(one.observer()));
    int others = Math.min(Math.max(members - 1, 0), MOST_OBSERVERS);
    List<Seen<N>> believed =
        seen.stream()
            .filter(
                one -> {
                  int against = observers.getOrDefault(one.observer(), Set.of()).size();
                  // One alone may be the one that does not see.
                  return against < 2 || against * 2 <= others;
                })
            .toList();
    Set<N> subjects = new HashSet<>();
    believed.forEach(one -> subjects.add(one.subject()));
    Set<N> both = new HashSet<>();
    believed.stream().map(Seen::observer).filter(subjects::contains).forEach(both::add);
    unreachable.clear();
    for (Seen<N> one : believed) {
      if (!both.contains(one.observer()) || !both.contains(one.subject())) {
        unreachable.add(one.subject());
      }
    }
    if (!subjects.contains(self)) {
      selfSinceMillis = Long.MAX_VALUE;
    } else if (selfSinceMillis == Long.MAX_VALUE) {
      selfSinceMillis = nowMillis;
    }
  }

  boolean isUnreachable(N node) {
    return unreachable.contains(node);
  }

  /** Whether somebody who is to be believed has not reached this node for a while. */
  boolean isSelfUnreachable(long nowMillis) {
    return selfSinceMillis != Long.MAX_VALUE && nowMillis - selfSinceMillis >= HOLD_MILLIS;
  }

  /** Whether that may become so by time alone. */
  boolean isSelfInDoubt(long nowMillis) {
    return selfSinceMillis != Long.MAX_VALUE && !isSelfUnreachable(nowMillis);
  }
}
