package org.streamingcommands.connection;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import org.apache.pekko.actor.typed.ActorRef;
import org.jspecify.annotations.Nullable;

/**
 * What an entity on another node sent to a stream of this one and the transport does not take yet.
 * Bounded by the entity's window, see {@link RemoteDownlink}; room is given back in batches. Called
 * under the session's lock.
 */
final class RemoteFeed {
  /** Small parts of the window, so that it is never shut while nothing waits here. */
  private static final int BATCH = RemoteDownlink.WINDOW / 4;

  private static final long BATCH_BYTES = RemoteDownlink.WINDOW_BYTES / 4;

  /**
   * @param delivery null for a cancel
   * @param sequence 0 for what a former entity sent
   */
  private record Frame(@Nullable Delivery delivery, String commandId, long sequence) {
    Frame ofFormerEntity() {
      return new Frame(delivery, commandId, 0);
    }
  }

  private final StreamRef ref;
  private final ClientStream stream;
  private Deque<Frame> waiting = new ArrayDeque<>();
  private @Nullable ActorRef<ClientConnection.Message> entity;
  private int credits = 1;
  private long arrived;
  private long taken;
  private long reported;
  private long unreportedBytes;

  RemoteFeed(StreamRef ref, ClientStream stream) {
    this.ref = ref;
    this.stream = stream;
  }

  /** Counts from the beginning; what the former entity sent goes out first. */
  void attached(ActorRef<ClientConnection.Message> newEntity) {
    entity = newEntity;
    arrived = 0;
    taken = 0;
    reported = 0;
    unreportedBytes = 0;
    Deque<Frame> former = new ArrayDeque<>(waiting.size());
    waiting.forEach(frame -> former.add(frame.ofFormerEntity()));
    waiting = former;
  }

  /**
   * @param sequence 0 from an entity that came back to this node
   * @return how many more the transport takes now
   */
  int deliver(Delivery delivery, long sequence) {
    arrived = sequence;
    return add(new Frame(delivery, delivery.command().id(), sequence));
  }

  /** Goes out after the command that it is about. */
  void cancel(String commandId) {
    add(new Frame(null, commandId, 0));
  }

  /**
   * The transport takes so many more.
   *
   * @return how many are left of them; 0 while some wait
   */
  int credits(int granted) {
    credits = granted;
    return drain();
  }

  /** The last delivery that came; -1 while some wait. */
  long arrived() {
    return waiting.isEmpty() ? arrived : -1;
  }

  private int add(Frame frame) {
    waiting.add(frame);
    return drain();
  }

  private int drain() {
    while (!waiting.isEmpty()) {
      Frame next = waiting.element();
      if (next.delivery() == null) {
        stream.cancel(next.commandId());
      } else if (credits > 0) {
        write(next.delivery());
        took(next);
      } else {
        return 0;
      }
      waiting.remove();
    }
    return credits;
  }

  private void write(Delivery delivery) {
    if (delivery.command().deadline().isBefore(Instant.now())) {
      // Its sender was told that time was up; the client need not work for nobody.
      return;
    }
    try {
      credits = stream.deliver(delivery);
    } catch (RuntimeException e) {
      tell(new ClientConnection.NotWritten(ref, delivery.command().id(), String.valueOf(e)));
    }
  }

  private void took(Frame frame) {
    if (frame.sequence() == 0 || frame.delivery() == null) {
      return;
    }
    taken = frame.sequence();
    unreportedBytes += frame.delivery().command().size();
    if (taken - reported >= BATCH || unreportedBytes >= BATCH_BYTES) {
      reported = taken;
      unreportedBytes = 0;
      tell(new ClientConnection.Taken(ref, taken));
    }
  }

  private void tell(ClientConnection.Message message) {
    if (entity != null) {
      entity.tell(message);
    }
  }
}
