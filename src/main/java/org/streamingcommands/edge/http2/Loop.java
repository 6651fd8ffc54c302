package org.streamingcommands.edge.http2;

import io.grpc.netty.shaded.io.netty.channel.EventLoop;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One thread of the server, with the connections that fell to it. */
public final class Loop {
  private static final Logger log = LoggerFactory.getLogger(Loop.class);

  /** Messages up to this size are parsed from one array that stays. */
  private static final int SCRATCH_BYTES = 64 << 10;

  private final EventLoop executor;
  private final LoopWrites writes;
  private final byte[] scratch = new byte[SCRATCH_BYTES];

  private final LookList<GrpcConnection> connections = new LookList<>();
  private long nextLookNanos = System.nanoTime();

  Loop(EventLoop executor, LoopWrites writes) {
    this.executor = executor;
    this.writes = writes;
  }

  /** Runs tasks on the thread. */
  public Executor executor() {
    return executor;
  }

  EventLoop eventLoop() {
    return executor;
  }

  /** Whether the caller runs on it. */
  boolean isCurrent() {
    return writes.isCurrent();
  }

  /**
   * Holds something back until the thread has nothing else to do, some milliseconds at most; from
   * another thread, until this one comes to it.
   *
   * @param flush writes it, together with what is held back after; null where it was given before
   */
  public void hold(@Nullable Runnable flush) {
    if (isCurrent()) {
      writes.hold(flush);
    } else if (flush != null) {
      try {
        executor.execute(flush);
      } catch (RejectedExecutionException e) {
        log.debug("the server has stopped: what its streams are given is lost");
      }
    }
  }

  /** Room for a message that is parsed at once. Only for the loop's own thread. */
  byte[] room(int bytes) {
    return bytes <= scratch.length ? scratch : new byte[bytes];
  }

  int add(GrpcConnection connection) {
    return connections.add(connection);
  }

  /** Another one is told to take its place. */
  void remove(int place) {
    connections.remove(place);
  }

  /** What time brings for the one at this place has changed. */
  void lookSoon(int place) {
    connections.lookSoon(place);
  }

  /** Looks after the connections so often: one timer for all of them. */
  void watchEvery(long nanos) {
    executor.scheduleWithFixedDelay(() -> look(nanos), nanos, nanos, TimeUnit.NANOSECONDS);
  }

  private void look(long againInNanos) {
    long now = System.nanoTime();
    nextLookNanos = now + againInNanos;
    connections.look(now);
  }

  /**
   * A clock that costs nothing to read, and is ahead by no more than the time between two looks.
   * Only for the loop's own thread.
   */
  long nextLookNanos() {
    return nextLookNanos;
  }

  /** Asks every connection to go once its calls are over. */
  void askToGo() {
    connections.forEach(connection -> connection.askToGo("server_shutdown", 0));
  }

  /** Ends every connection with its calls. */
  void cutOff() {
    connections.forEach(GrpcConnection::cutOff);
  }
}
