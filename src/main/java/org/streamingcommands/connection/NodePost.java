package org.streamingcommands.connection;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.actor.typed.ActorRef;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamingcommands.dispatch.NearPool;

/**
 * What this node's entities and streams have to say to another node's. Each message between nodes
 * costs many times what is in it, so that those which come about together go as one. None waits for
 * another: they are packed once the thread that said the first has done what it is at, or by one of
 * the system's where it is none of those that have an end to that. All come in their order, whoever
 * they are for, because all pass through the gateway over there. Thread-safe.
 */
final class NodePost {
  private static final Logger log = LoggerFactory.getLogger(NodePost.class);

  /** Enough for what is around each message to weigh little. */
  private static final int MOST_BYTES = 64 << 10;

  private record Letter(String recipient, ClusterMessage message) {}

  private final ActorRef<Gateway.Message> gateway;
  private final ClusterCodec codec;
  private final Executor others;
  private final int mostBytes;
  private final Queue<Letter> letters = new ConcurrentLinkedQueue<>();
  private final AtomicInteger requests = new AtomicInteger();
  private final Runnable turn = this::turn;

  // Touched in a turn only.
  private List<Gateway.Batch.Item> packed = new ArrayList<>();
  private long bytes;

  /**
   * @param others where to pack what threads say that are neither the system's nor a stream's
   */
  NodePost(
      ActorRef<Gateway.Message> gateway, ClusterCodec codec, FrameLimit limit, Executor others) {
    this.gateway = gateway;
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
      } else {
        packElsewhere();
      }
    }
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
    int served = requests.get();
    do {
      Letter first = letters.poll();
      if (first != null) {
        send(first);
      }
      served = requests.addAndGet(-served);
    } while (served != 0);
  }

  private void send(Letter first) {
    Letter next = letters.poll();
    if (next == null && first.message() instanceof Gateway.Message message) {
      gateway.tell(message);
      return;
    }
    pack(first);
    for (; next != null; next = letters.poll()) {
      pack(next);
    }
    flush();
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
    if (!packed.isEmpty()) {
      gateway.tell(new Gateway.Batch(packed));
      packed = new ArrayList<>();
      bytes = 0;
    }
  }
}
