package org.streamingcommands.connection;

import java.util.concurrent.atomic.LongAdder;

/** What a node counts. Read by whoever exports them; each only grows. */
public final class Counters {
  /** Streams that became a client's connection. */
  public final LongAdder attached = new LongAdder();

  /** Connections that ended, for whatever cause. */
  public final LongAdder detached = new LongAdder();

  /** Connections that a newer one of the same client replaced. */
  public final LongAdder replaced = new LongAdder();

  /** Streams that ended with an error before or after their hello. */
  public final LongAdder rejected = new LongAdder();

  /** Clients that were told to come again later, because there were too many. */
  public final LongAdder overloaded = new LongAdder();

  /** Connections closed because nothing was heard of the client. */
  public final LongAdder silent = new LongAdder();

  /** Frames of an older connection, dropped. */
  public final LongAdder fenced = new LongAdder();

  /** Results that came after their command was given up. */
  public final LongAdder lateResults = new LongAdder();

  /** Results and receipts for commands that the entity does not know. */
  public final LongAdder unknownResults = new LongAdder();

  /** Commands written a second time after a reconnect. */
  public final LongAdder redelivered = new LongAdder();

  /** Sends asked again because a node was lost or cut off. */
  public final LongAdder askedAgain = new LongAdder();

  /** Sends whose entity gave no answer in time. */
  public final LongAdder unanswered = new LongAdder();
}
