package org.streamingcommands.testkit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One direction of one connection: reads from one socket, holds what is under way, writes to the
 * other. The end of the one side travels behind its bytes, as it does in a network. On the loop
 * only.
 */
final class LinkPipe {
  private static final int CHUNK = 16 * 1024;

  /** Bytes under way; more are left in the sender's own buffers, which is back-pressure. */
  private static final int CAPACITY = 256 * 1024;

  private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  /** Bytes with the time at which they arrive; without bytes it is the end. */
  private record Parcel(long dueNanos, @Nullable ByteBuffer bytes, boolean reset) {}

  private final LinkConnection connection;
  private final SocketChannel from;
  private final SocketChannel to;
  private final LinkRules rules;
  private final SplittableRandom random;
  private final Deque<Parcel> underWay = new ArrayDeque<>();
  private int bytesUnderWay;
  private long lastDueNanos = System.nanoTime();
  private long wakeNanos;
  private boolean wakeSet;
  private boolean readEnd;
  private boolean discarding;
  private boolean done;
  private boolean blocked;

  LinkPipe(
      LinkConnection connection,
      SocketChannel from,
      SocketChannel to,
      LinkRules rules,
      SplittableRandom random) {
    this.connection = connection;
    this.from = from;
    this.to = to;
    this.rules = rules;
    this.random = random;
  }

  boolean wantsToRead() {
    return !readEnd && !(rules.halted && !discarding) && bytesUnderWay < CAPACITY;
  }

  boolean wantsToWrite() {
    return blocked && !rules.halted;
  }

  /** Whether its end has arrived at the other side. */
  boolean isDone() {
    return done;
  }

  /** From now on what is read is thrown away: the other side has heard the end. */
  void discard() {
    underWay.clear();
    bytesUnderWay = 0;
    discarding = true;
    done = true;
  }

  void read() {
    ByteBuffer bytes = ByteBuffer.allocate(CHUNK);
    try {
      int count = from.read(bytes);
      if (count < 0) {
        readEnd = true;
        add(null, false);
      } else if (count > 0) {
        add(bytes.flip(), false);
      }
    } catch (IOException e) {
      readEnd = true;
      add(null, true);
    }
    pump();
  }

  private void add(@Nullable ByteBuffer bytes, boolean reset) {
    if (discarding) {
      return;
    }
    long jitter = rules.jitterNanos == 0 ? 0 : random.nextLong(rules.jitterNanos);
    long due = System.nanoTime() + rules.delayNanos + jitter;
    // A stream's bytes never overtake each other.
    lastDueNanos = due - lastDueNanos > 0 ? due : lastDueNanos;
    underWay.add(new Parcel(lastDueNanos, bytes, reset));
    bytesUnderWay += bytes == null ? 0 : bytes.remaining();
  }

  /** Writes what has arrived, as far as the rules and the other socket allow. */
  void pump() {
    blocked = false;
    while (!underWay.isEmpty() && !rules.halted && !blocked) {
      Parcel next = underWay.peek();
      long now = System.nanoTime();
      if (next.dueNanos() - now > 0) {
        wakeAt(next.dueNanos());
        return;
      }
      try {
        if (!deliver(next, now)) {
          return;
        }
      } catch (IOException e) {
        connection.reset();
        return;
      }
    }
  }

  private boolean deliver(Parcel parcel, long now) throws IOException {
    ByteBuffer bytes = parcel.bytes();
    if (bytes == null) {
      underWay.remove();
      done = true;
      if (parcel.reset()) {
        connection.reset();
      } else {
        to.shutdownOutput();
      }
      return false;
    }
    int allowed = Math.min(bytes.remaining(), rules.allowance(now));
    if (allowed < 1) {
      wakeAt(now + RETRY_NANOS);
      return false;
    }
    int written = to.write(bytes.slice(bytes.position(), allowed));
    bytes.position(bytes.position() + written);
    rules.passed(written);
    bytesUnderWay -= written;
    blocked = written < allowed;
    if (!bytes.hasRemaining()) {
      underWay.remove();
    }
    return true;
  }

  private void wakeAt(long nanos) {
    if (wakeSet && wakeNanos - nanos <= 0) {
      return;
    }
    wakeSet = true;
    wakeNanos = nanos;
    connection
        .loop()
        .at(
            nanos,
            () -> {
              wakeSet = false;
              connection.wake();
            });
  }
}
