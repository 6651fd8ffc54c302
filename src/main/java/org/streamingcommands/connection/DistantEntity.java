package org.streamingcommands.connection;

import com.google.protobuf.Any;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.streamingcommands.command.Outcome;

/**
 * What a stream keeps where its entity is not simply beside it: on another node, or on the move
 * from one place to the next. A stream has one from when that first happens, and most never do. Its
 * ledger is there while the entity may be lost without the stream, its feed since an entity on
 * another node took the stream in and until it is empty. Used under the session's lock, but for
 * what is said of a volatile field.
 */
final class DistantEntity {
  private final Connections connections;
  private final StreamRef ref;
  private final ClientStream stream;

  private volatile boolean isRemote;

  /** Whether there is a ledger; without one, nothing is locked or kept. */
  private volatile boolean isTracked;

  private @Nullable StreamLedger ledger;
  private volatile @Nullable RemoteFeed feed;
  private boolean isMoving;
  private long movingSinceNanos;

  /** What the former entity left to the next one. */
  private int inherited;

  /** Results that the client sent here that were not for the present entity. */
  private volatile long resultsBefore;

  DistantEntity(Connections connections, StreamRef ref, ClientStream stream) {
    this.connections = connections;
    this.ref = ref;
    this.stream = stream;
  }

  // ---- without the lock ---------------------------------------------------------------------

  /** Whether the present entity, or the last one, is on another node. */
  boolean isRemote() {
    return isRemote;
  }

  /** Whether what is told to the entity has to be kept, under the lock. */
  boolean isTracked() {
    return isTracked;
  }

  /** Whether the stream's credits are the feed's. */
  boolean isFeeding() {
    return feed != null;
  }

  long resultsBefore() {
    return resultsBefore;
  }

  // ---- the move -----------------------------------------------------------------------------

  boolean isMoving() {
    return isMoving;
  }

  /** The stream has no entity any more, and keeps what counts until it has one again. */
  void leave(int leftBehind) {
    inherited = leftBehind;
    if (ledger == null) {
      ledger = new StreamLedger();
    }
    movingSinceNanos = isMoving ? movingSinceNanos : System.nanoTime();
    isMoving = true;
    isTracked = true;
  }

  /** The stream's introduction to its next entity; null where it needs none. */
  ClientConnection.@Nullable Attach introduction(Hello said, long epoch) {
    if (ledger == null || !isMoving) {
      return null;
    }
    // The way there may lead through another node.
    Hello carried = ledger.carry(said, epoch, connections.limit());
    return new ClientConnection.Attach(ref, carried, ledger.sent(), true, inherited);
  }

  /** An entity took the stream in; {@link #settle} comes next. */
  void attached(EntityLine entity) {
    isRemote = entity.isRemote();
    if (isRemote && feed == null) {
      feed = new RemoteFeed(ref, stream, this::unwritten);
    }
    RemoteFeed crossing = feed;
    if (crossing != null) {
      crossing.attached(entity);
    }
  }

  /**
   * Tells the entity what came while the stream was on its way to it.
   *
   * @param resultsHeard how many results the client sent here
   */
  void settle(EntityLine entity, long resultsHeard) {
    StreamLedger known = ledger;
    if (known != null && isMoving) {
      isMoving = false;
      connections.counters().handOverTook(System.nanoTime() - movingSinceNanos);
      List<Hello.Result> meanwhile = known.attached();
      resultsBefore = resultsHeard - meanwhile.size();
      entity.tell(new ClientConnection.Received(ref, List.copyOf(known.received())));
      long sequence = 0;
      for (Hello.Result result : meanwhile) {
        sequence = isRemote ? sequence + 1 : 0;
        entity.tell(
            new ClientConnection.Resulted(ref, result.commandId(), result.outcome(), sequence));
      }
    }
    if (!isRemote) {
      ledger = null;
    } else if (known == null) {
      ledger = new StreamLedger();
    }
    isTracked = isRemote;
  }

  // ---- what the client says -----------------------------------------------------------------

  void received(List<String> commandIds) {
    if (ledger != null) {
      ledger.received(commandIds);
    }
  }

  /**
   * @return who may be told at once; null for nobody
   */
  @Nullable ReplyTo result(String commandId, Outcome<Any> outcome) {
    return ledger == null ? null : ledger.result(commandId, outcome);
  }

  /** A result that was on its way when the stream lost its entity: kept, unless it was before. */
  void late(String commandId, Outcome<Any> outcome) {
    if (ledger != null && !ledger.has(commandId)) {
      ledger.result(commandId, outcome);
    }
  }

  /** Whether every command that was sent has a result. */
  boolean isSettled() {
    return ledger == null || ledger.isSettled();
  }

  /** Whether the entity, back on this node, writes directly from now on. */
  boolean isFeedEmptied(int credits) {
    RemoteFeed crossing = feed;
    if (crossing == null) {
      return true;
    }
    if (crossing.credits(credits) == 0 || isRemote) {
      return false;
    }
    feed = null;
    return true;
  }

  // ---- what the entity says -----------------------------------------------------------------

  /** From an entity on this node. What a former one sent from another goes out first. */
  int deliver(Delivery delivery) {
    RemoteFeed crossing = feed;
    return crossing == null
        ? stream.deliver(counted(delivery))
        : crossing.deliver(counted(delivery), 0);
  }

  /**
   * Whether the present entity, on another node, sent this in turn. Between two entities it is a
   * former one's, or of one whose first word was lost.
   */
  boolean isNext(long sequence) {
    RemoteFeed crossing = feed;
    return crossing != null && !isMoving && crossing.isNext(sequence);
  }

  /** From an entity on another node, and {@link #isNext in turn}. */
  void deliver(Delivery delivery, long sequence, @Nullable ReplyTo answerTo) {
    RemoteFeed crossing = feed;
    if (crossing == null) {
      return;
    }
    String commandId = delivery.command().id();
    if (ledger != null && delivery.redelivered() && ledger.has(commandId)) {
      crossing.skip(delivery, sequence);
      return;
    }
    if (ledger != null) {
      ledger.sent(commandId, answerTo);
    }
    crossing.deliver(counted(delivery), sequence);
  }

  /** A delivery from an entity on another node that cannot be read. */
  void missed(long sequence) {
    RemoteFeed crossing = feed;
    if (crossing != null && !isMoving) {
      crossing.missed(sequence);
    }
  }

  void cancel(String commandId) {
    RemoteFeed crossing = feed;
    if (crossing != null) {
      crossing.cancel(commandId);
    } else {
      stream.cancel(commandId);
    }
  }

  /** The present entity took over so many results. */
  void confirmed(long results) {
    if (ledger != null && !isMoving) {
      ledger.confirmed(results);
    }
  }

  /** Tells the entity again all results but the first so many. */
  void tellAgain(EntityLine entity, long taken, long resultsHeard) {
    if (ledger == null || isMoving) {
      return;
    }
    List<Hello.Result> missed = ledger.resultsAfter(taken);
    long sequence = resultsHeard - resultsBefore - missed.size();
    for (Hello.Result result : missed) {
      entity.tell(
          new ClientConnection.Resulted(ref, result.commandId(), result.outcome(), ++sequence));
    }
  }

  // ---- what came through, for the entity to compare -----------------------------------------

  /** The last delivery that came; -1 where that is not known. */
  long arrived() {
    RemoteFeed crossing = feed;
    return crossing == null ? -1 : crossing.arrived();
  }

  /** How many results the present entity was told; 0 where there is none. */
  long resultsTold(long resultsHeard) {
    return isMoving ? 0 : resultsHeard - resultsBefore;
  }

  /** The client does not get it. */
  private void unwritten(String commandId) {
    connections.counters().unwritten.increment();
    if (ledger != null) {
      ledger.unsent(commandId);
    }
  }

  /** The client counts from its welcome, an entity from its own beginning. */
  private Delivery counted(Delivery delivery) {
    return resultsBefore == 0
        ? delivery
        : new Delivery(
            delivery.command(),
            resultsBefore + delivery.resultsConfirmed(),
            delivery.redelivered());
  }
}
