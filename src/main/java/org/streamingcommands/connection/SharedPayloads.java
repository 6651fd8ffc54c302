package org.streamingcommands.connection;

import com.google.protobuf.Any;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * Payloads of commands to many, on their way from this node's entities to streams of other nodes:
 * each node is told one once, and then by its number. They are known by identity, because all
 * commands of one send hold the very same object. Thread-safe.
 */
final class SharedPayloads {
  /** No number. */
  static final long NONE = 0;

  /** How many sends to many count at a time, and how long; the others' payloads go with each. */
  private static final int MOST = 16;

  private static final long KEPT_MILLIS = 60_000;

  private static final class Share {
    final Any payload;
    final long id;
    final long untilMillis;
    final Set<String> told = new HashSet<>();

    Share(Any payload, long id, long untilMillis) {
      this.payload = payload;
      this.id = id;
      this.untilMillis = untilMillis;
    }
  }

  /** Begins anywhere, so that no two nodes use the same numbers. */
  private final AtomicLong nextId = new AtomicLong(ThreadLocalRandom.current().nextLong());

  private final InstantSource clock;
  private final Deque<Share> shares = new ArrayDeque<>();

  /** What most commands ask, and no more. */
  private volatile boolean isEmpty = true;

  SharedPayloads(InstantSource clock) {
    this.clock = clock;
  }

  /** Many commands with this very object are about to be sent from here. */
  synchronized void announce(Any payload) {
    for (Share share : shares) {
      if (share.payload == payload) {
        return;
      }
    }
    if (shares.size() == MOST) {
      shares.removeFirst();
    }
    long id = nextId.incrementAndGet();
    shares.add(new Share(payload, id == NONE ? nextId.incrementAndGet() : id, until()));
    isEmpty = false;
  }

  private long until() {
    return clock.millis() + KEPT_MILLIS;
  }

  /**
   * The number of a payload that was announced. The node was told it by now: what names it must
   * take the same way there.
   *
   * @return {@link #NONE} where it was not announced
   */
  long tell(Any payload, String node, Consumer<Gateway.Message> gateway) {
    return isEmpty ? NONE : tellOnce(payload, node, gateway);
  }

  private synchronized long tellOnce(Any payload, String node, Consumer<Gateway.Message> gateway) {
    for (Share share : shares) {
      if (share.payload == payload) {
        if (share.told.add(node)) {
          gateway.accept(new Gateway.PayloadTold(share.id, payload));
        }
        return share.id;
      }
    }
    return NONE;
  }

  /** Lets go of those that were announced a while ago. Called from time to time. */
  void sweep() {
    if (!isEmpty) {
      forget();
    }
  }

  private synchronized void forget() {
    long now = clock.millis();
    shares.removeIf(share -> share.untilMillis <= now);
    isEmpty = shares.isEmpty();
  }
}
