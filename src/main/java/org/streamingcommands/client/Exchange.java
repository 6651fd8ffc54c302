package org.streamingcommands.client;

import com.google.protobuf.Any;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamingcommands.command.Certainty;
import org.streamingcommands.command.ClientKey;
import org.streamingcommands.command.Outcome.Undelivered;
import org.streamingcommands.command.Reason;
import org.streamingcommands.grpc.v1.DispatchRequest;
import org.streamingcommands.grpc.v1.DispatchResponse;

/**
 * One request to the api and its answers, over however many streams it takes. Ends exactly once.
 *
 * <p>The writer, the stream's answers and the clock meet here, each on its own thread. They decide
 * by compare-and-set and not under a lock, because the listener's code runs in between.
 */
abstract class Exchange {
  private static final Logger LOG = LoggerFactory.getLogger(Exchange.class);

  private enum Phase {
    /** Never handed to a stream: it can still end as NOT_SENT. */
    WAITING,
    /** Handed to a stream at least once. */
    WRITTEN,
    /** A step is being told; an end that comes meanwhile takes this place and is told after it. */
    TELLING,
    ENDED
  }

  /** The first has number 1. */
  private static final long NO_STREAM = 0;

  private final ExchangeTable table;
  private final long correlationId;
  private final long since = System.nanoTime();
  private final long deadline;
  private final int size;

  /** A {@link Phase}, or the {@link Runnable} that tells the end once the step is told. */
  private final AtomicReference<Object> state = new AtomicReference<>(Phase.WAITING);

  // Written in the link's turn only; an answer comes after the turn that wrote its request.
  private int streams;
  private volatile long lastStream;

  /** The link that keeps the order of this client's exchanges. */
  private volatile @Nullable ApiLink home;

  /** Whether another link carries it at present. */
  private volatile boolean away;

  /** Whether it counts among the {@link Stayers}; changed under the links' lock. */
  private volatile boolean staying;

  private volatile int strikes;

  /**
   * @param deadline in terms of {@link System#nanoTime}
   * @param size in bytes, of what is kept for asking again
   */
  Exchange(ExchangeTable table, long deadline, int size) {
    this.table = table;
    this.correlationId = table.nextCorrelationId();
    this.deadline = deadline;
    this.size = size;
  }

  /** Whom it is about. */
  abstract ClientKey client();

  /** Puts the request in. */
  abstract void fill(DispatchRequest.Builder request, Duration timeout);

  /** Whether nothing comes after this answer. */
  abstract boolean isLast(DispatchResponse answer);

  /** What the answers so far prove, given that the request was written. */
  abstract Certainty proven();

  /** Passes an answer on; one call at a time. */
  abstract void tell(DispatchResponse answer);

  /** Passes on that there will be no answer. */
  abstract void tell(Undelivered<Any> end);

  final long correlationId() {
    return correlationId;
  }

  final int size() {
    return size;
  }

  final long since() {
    return since;
  }

  final long remaining(long now) {
    return deadline - now;
  }

  final void home(ApiLink link) {
    home = link;
  }

  final ApiLink home() {
    return Objects.requireNonNull(home, "offered to no link");
  }

  final boolean isAway() {
    return away;
  }

  final void away(boolean isAway) {
    away = isAway;
  }

  final boolean isStaying() {
    return staying;
  }

  final void staying(boolean isStaying) {
    staying = isStaying;
  }

  final boolean isOn(long stream) {
    return lastStream == stream && !isWaiting();
  }

  final boolean isWaiting() {
    return state.get() == Phase.WAITING;
  }

  final boolean isEnded() {
    Object now = state.get();
    return now == Phase.ENDED || now instanceof Runnable;
  }

  /** Whether it went out more than once, so that an answer cannot speak for each delivery. */
  final boolean isAskedAgain() {
    return streams > 1;
  }

  /**
   * Takes it for writing, which rules NOT_SENT out from here on.
   *
   * @return false when it ended meanwhile
   */
  final boolean take(long stream) {
    if (!state.compareAndSet(Phase.WAITING, Phase.WRITTEN) && isEnded()) {
      return false;
    }
    streams++;
    lastStream = stream;
    return true;
  }

  /**
   * Takes back that it was written: the node refused it and passed it on to nobody. One that went
   * out before stays written, because of that delivery nothing is known.
   *
   * @return false when it ended
   */
  final boolean unwrite() {
    if (streams <= 1 && state.compareAndSet(Phase.WRITTEN, Phase.WAITING)) {
      streams = 0;
      table.countUnwritten();
    }
    lastStream = NO_STREAM;
    return !isEnded();
  }

  final DispatchRequest request(long now) {
    DispatchRequest.Builder request = DispatchRequest.newBuilder().setCorrelationId(correlationId);
    fill(request, Duration.ofNanos(remaining(now)));
    return request.build();
  }

  /** Counts a stream that failed without having answered it, and says how many in a row did. */
  final int strike(long stream) {
    if (lastStream == stream) {
      strikes++;
    }
    return strikes;
  }

  /** Takes one answer; the streams of a link live one after the other, so these come in order. */
  final void answered(DispatchResponse answer) {
    strikes = 0;
    if (isLast(answer)) {
      end(() -> tell(answer));
    } else if (state.compareAndSet(Phase.WRITTEN, Phase.TELLING)) {
      guarded(() -> tell(answer));
      if (!state.compareAndSet(Phase.TELLING, Phase.WRITTEN)) {
        conclude((Runnable) state.getAndSet(Phase.ENDED), true);
      }
    }
  }

  /** Ends it with the certainty that its state allows, unless it has ended. */
  final void undelivered(Reason reason, String message) {
    if (!notSent(reason, message)) {
      end(() -> tell(new Undelivered<>(reason, proven(), message)));
    }
  }

  /** Ends it only if it never went out. */
  final boolean notSent(Reason reason, String message) {
    return finish(
        Phase.WAITING, () -> tell(new Undelivered<>(reason, Certainty.NOT_SENT, message)));
  }

  private void end(Runnable tell) {
    Object now = state.get();
    while (now != Phase.ENDED && !(now instanceof Runnable) && !finish(now, tell)) {
      now = state.get();
    }
  }

  private boolean finish(Object from, Runnable tell) {
    if (from == Phase.TELLING) {
      return state.compareAndSet(from, tell);
    }
    if (!state.compareAndSet(from, Phase.ENDED)) {
      return false;
    }
    conclude(tell, from != Phase.WAITING);
    return true;
  }

  private void conclude(Runnable tell, boolean written) {
    // First, so that a listener that sends again finds the place free.
    table.release(this, written);
    guarded(tell);
  }

  /** A listener that throws must not end the stream that it shares with all others. */
  private static void guarded(Runnable tell) {
    try {
      tell.run();
    } catch (RuntimeException | Error e) {
      LOG.warn("A command's listener threw", e);
    }
  }
}
