package org.streamingcommands.connection;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.actor.typed.ActorRef;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamingcommands.dispatch.NearPool;

/**
 * What this node's entities, streams and senders have to say to another node's. Each message
 * between nodes costs many times what is in it, so that those which come about together go as one.
 * None waits for another: they are packed once the thread that said the first has done what it is
 * at. A thread that has no end to that packs them itself where they go on a {@link Trunk}, unless
 * it or another such said something a moment ago; else one of the system's does, for several of
 * them.
 *
 * <p>All come in their order, whoever they are for, because all pass through the gateway over
 * there. Thread-safe.
 */
final class NodePost {
  private static final Logger log = LoggerFactory.getLogger(NodePost.class);

  /** Enough for what is around each message to weigh little. */
  private static final int MOST_BYTES = 64 << 10;

  /** Whoever speaks again so soon has more to say: longer than to write a message takes. */
  private static final long SOON_NANOS = TimeUnit.MICROSECONDS.toNanos(50);

  /** So many of others a sender's own thread packs along, at most. */
  private static final int FAVOUR = 16;

  private record Letter(String recipient, ClusterMessage message) {}

  private final String node;
  private final ActorRef<Gateway.Message> gateway;
  private final Trunks trunks;
  private final ClusterCodec codec;
  private final Executor others;
  private final int mostBytes;
  private final Queue<Letter> letters = new ConcurrentLinkedQueue<>();

  /** How many letters there are. Whoever adds the first has the turn, until there are none. */
  private final AtomicInteger requests = new AtomicInteger();

  private final Runnable turn = this::turn;
  private volatile long spokenNanos = System.nanoTime();

  // Touched in a turn only.
  private List<Gateway.Batch.Item> packed = new ArrayList<>();
  private long bytes;
  private @Nullable Trunk begun;

  /**
   * @param gateway of the node
   * @param trunks to it, as to all
   * @param others where to pack what threads say that are neither the system's nor a stream's
   */
  NodePost(
      String node,
      ActorRef<Gateway.Message> gateway,
      Trunks trunks,
      ClusterCodec codec,
      FrameLimit limit,
      Executor others) {
    this.node = node;
    this.gateway = gateway;
    this.trunks = trunks;
    this.others = others;
    this.codec = codec;
    this.mostBytes = Math.min(MOST_BYTES, limit.payloadBytes());
  }

  /** To the gateway itself. */
  void tell(Gateway.Message message) {
    add(new Letter(Gateway.Batch.TO_GATEWAY, message));
  }

  /**
   * @param recipient {@link Gateway.Batch#TO_CLIENT} or {@link Gateway.Batch#BACK}
   */
  void tell(String recipient, ClientConnection.FromSender message) {
    add(new Letter(recipient, message));
  }

  /**
   * @param entity of that node, as an actor reference
   */
  void tell(String entity, ClientConnection.FromStream message) {
    add(new Letter(entity, message));
  }

  private void add(Letter letter) {
    letters.add(letter);
    if (requests.getAndIncrement() == 0 && !NearPool.stayToTheLast(turn)) {
      if (StreamThread.isCurrent()) {
        StreamThread.afterwards(turn);
      } else if (isAlone() && trunks.to(node) != null) {
        if (pack(FAVOUR)) {
          packElsewhere();
        }
      } else {
        packElsewhere();
      }
    }
  }

  /** Whether none of the threads that have no end to what they do spoke just before. */
  private boolean isAlone() {
    long now = System.nanoTime();
    long before = spokenNanos;
    spokenNanos = now;
    return now - before > SOON_NANOS;
  }

  private void packElsewhere() {
    try {
      others.execute(turn);
    } catch (RejectedExecutionException e) {
      // The system ends, and so does its post.
      turn();
    }
  }

  private void turn() {
    while (pack(Integer.MAX_VALUE)) {
      // What came meanwhile.
    }
  }

  /**
   * Sends what there is, up to so many letters.
   *
   * @return whether there is more, so that the turn goes on
   */
  private boolean pack(int most) {
    int taken = 0;
    for (Letter next = letters.poll(); next != null; next = letters.poll()) {
      taken++;
      if (taken == 1 && letters.isEmpty() && isPlain(next)) {
        gateway.tell((Gateway.Message) next.message());
        break;
      }
      pack(next);
      if (taken == most) {
        break;
      }
    }
    flush();
    return requests.addAndGet(-taken) > 0;
  }

  /** Whether it needs no batch around it. */
  private boolean isPlain(Letter alone) {
    return alone.message() instanceof Gateway.Message && trunks.to(node) == null;
  }

  private void pack(Letter letter) {
    Gateway.Batch.Item item;
    try {
      item = codec.pack(letter.recipient(), letter.message());
    } catch (RuntimeException e) {
      // As where one alone cannot be written: it is lost, and asked for again.
      log.error("what was to be said to another node cannot be written", e);
      return;
    }
    if (bytes + item.size() > mostBytes) {
      flush();
    }
    packed.add(item);
    bytes += item.size();
  }

  private void flush() {
    if (packed.isEmpty()) {
      return;
    }
    Gateway.Batch batch = new Gateway.Batch(packed);
    packed = new ArrayList<>();
    bytes = 0;
    try {
      send(batch);
    } catch (RuntimeException e) {
      // Lost like any other; what comes after it must not be.
      log.error("what was to be said to another node is lost", e);
    }
  }

  private void send(Gateway.Batch batch) {
    Trunk trunk = trunks.to(node);
    if (trunk == null) {
      gateway.tell(batch);
    } else {
      begin(trunk);
      trunk.write(BatchBytes.write(batch));
    }
  }

  /** Says so where the gateway was spoken to otherwise: it reads the trunk after all of that. */
  private void begin(Trunk trunk) {
    if (trunk != begun) {
      gateway.tell(Gateway.Batch.beginning(trunk.key()));
      begun = trunk;
    }
  }
}
