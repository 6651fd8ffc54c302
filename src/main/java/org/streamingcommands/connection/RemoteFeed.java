package org.streamingcommands.connection;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
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
  private final Consumer<String> onUnwritten;
  private Deque<Frame> waiting = new ArrayDeque<>();
  private @Nullable EntityLine entity;
  private int credits = 1;
  private long arrived;

  /** After which delivery the others were asked for; -1 where there was no need. */
  private long missedAfter = -1;

  private long taken;
  private long reported;
  private long unreportedBytes;

  /**
   * @param onUnwritten told of each command that the client never gets
   */
  RemoteFeed(StreamRef ref, ClientStream stream, Consumer<String> onUnwritten) {
    this.ref = ref;
    this.stream = stream;
    this.onUnwritten = onUnwritten;
  }

  /** Counts from the beginning; what the former entity sent goes out first. */
  void attached(EntityLine newEntity) {
    entity = newEntity;
    arrived = 0;
    missedAfter = -1;
    taken = 0;
    reported = 0;
    unreportedBytes = 0;
    Deque<Frame> former = new ArrayDeque<>(waiting.size());
    waiting.forEach(frame -> former.add(frame.ofFormerEntity()));
    waiting = former;
  }

  /**
   * Whether this is the next delivery. One that came before is passed over; where one before it was
   * lost, all after that one are asked for again, so that their order stays.
   */
  boolean isNext(long sequence) {
    if (sequence == arrived + 1) {
      arrived = sequence;
      return true;
    }
    missed(sequence);
    return false;
  }

  /** This one came to this node and cannot be read: unless it was here before, it is lost. */
  void missed(long sequence) {
    if (sequence > arrived && missedAfter != arrived) {
      missedAfter = arrived;
      tell(new ClientConnection.DeliveriesMissed(ref, arrived));
    }
  }

  /** The client has it already. */
  void skip(Delivery delivery, long sequence) {
    if (waiting.isEmpty()) {
      took(new Frame(delivery, delivery.command().id(), sequence));
    }
  }

  /**
   * @param sequence 0 from an entity that came back to this node
   * @return how many more the transport takes now
   */
  int deliver(Delivery delivery, long sequence) {
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
      // Its sender is told that time is up; the client need not work for nobody.
      unwritten(delivery, "the deadline passed before there was room for it", true);
      return;
    }
    try {
      credits = stream.deliver(delivery);
    } catch (RuntimeException e) {
      unwritten(delivery, String.valueOf(e), false);
    }
  }

  private void unwritten(Delivery delivery, String why, boolean expired) {
    String commandId = delivery.command().id();
    onUnwritten.accept(commandId);
    tell(new ClientConnection.NotWritten(ref, commandId, why, expired));
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

  private void tell(ClientConnection.FromStream message) {
    if (entity != null) {
      entity.tell(message);
    }
  }
}
