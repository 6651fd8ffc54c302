package org.streamingcommands.connection;

import java.time.InstantSource;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.pekko.actor.ActorRef;

/**
 * Which shards came to this node lately: the streams of their clients may be on their way from
 * where the shard was. Thread-safe.
 */
final class ShardMoves {
  /** How long a client's stream may need to find its entity on another node. */
  static final long SETTLE_MILLIS = 10_000;

  /** How long after a shard came here its entities may come to life before their streams know. */
  private static final long MOVE_MILLIS = 15_000;

  /** How long after a node came or went shards may move from one to another. */
  private static final long SHARDS_MOVE_MILLIS = 120_000;

  /** A shard and since when it is on this node. */
  private record ShardHere(ActorRef shard, long sinceMillis) {}

  private final ConcurrentHashMap<String, ShardHere> shards = new ConcurrentHashMap<>();
  private final InstantSource clock;
  private volatile boolean isAlone = true;
  private volatile long membersChangedMillis;

  ShardMoves(InstantSource clock) {
    this.clock = clock;
  }

  /** Another node was seen: entities may come from there. */
  void notAlone() {
    isAlone = false;
    membersChangedMillis = clock.millis();
  }

  /**
   * Until when the stream of a client whose entity comes to life now may be on its way from where
   * the shard was. 0 where there is nowhere it could come from.
   */
  long settlesAtMillis(ActorRef shard) {
    long now = clock.millis();
    if (isAlone || now > membersChangedMillis + SHARDS_MOVE_MILLIS) {
      // Nothing moves where no node comes or goes: a client without a stream has none.
      return 0;
    }
    ShardHere here =
        shards.compute(
            shard.path().name(),
            (name, known) ->
                known != null && known.shard().equals(shard) ? known : new ShardHere(shard, now));
    return now < here.sinceMillis() + MOVE_MILLIS ? now + SETTLE_MILLIS : 0;
  }
}
