package org.streamingcommands.connection;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAccumulator;
import java.util.concurrent.atomic.LongAdder;
import org.streamingcommands.command.Receipt;

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

  /**
   * Commands of entities on other nodes that their stream did not write: too late, or not encoded.
   */
  public final LongAdder unwritten = new LongAdder();

  /** Results and receipts for commands that the entity does not know. */
  public final LongAdder unknownResults = new LongAdder();

  /** Commands written a second time after a reconnect. */
  public final LongAdder redelivered = new LongAdder();

  /** Sends asked again because a node was lost or cut off. */
  public final LongAdder askedAgain = new LongAdder();

  /** Sends that came before one that their node had sent earlier, and waited for it. */
  public final LongAdder early = new LongAdder();

  /** Sends that their caller gave up and wanted to have cancelled. */
  public final LongAdder abandoned = new LongAdder();

  /** Sends to other nodes said once more because their deadline was near. */
  public final LongAdder reminded = new LongAdder();

  /** Sends whose entity gave no answer in time. */
  public final LongAdder unanswered = new LongAdder();

  /** Commands that were given to another node's entity when this one's moved. */
  public final LongAdder handedOver = new LongAdder();

  /** Commands that were taken over from another entity. */
  public final LongAdder inherited = new LongAdder();

  /** Frames of clients that sent faster than max-frame-rate; each held back the next. */
  public final LongAdder heldBack = new LongAdder();

  /** How often a stream said that it takes more. */
  public final LongAdder credits = new LongAdder();

  /** How often a stream took a command and then no more for the time being. */
  public final LongAdder stalls = new LongAdder();

  /** Bytes of commands that were written, their payloads, headers and ids. */
  public final LongAdder bytesSent = new LongAdder();

  /** Bytes of what clients completed commands with. */
  public final LongAdder bytesReceived = new LongAdder();

  /**
   * How long streams of this node were without an entity, from word that theirs moves or is lost
   * until the next one took them in.
   */
  public final Histogram handOvers = new Histogram();

  /** The longest of them, in nanoseconds. */
  public final LongAccumulator slowestHandOver = new LongAccumulator(Math::max, 0);

  private final Map<Sender.Mode, SendCounts> sends =
      Map.of(Sender.Mode.LOCAL, new SendCounts(), Sender.Mode.REMOTE, new SendCounts());
  private final Map<Refusal.Listener, Map<Refusal, LongAdder>> refused =
      new EnumMap<>(Refusal.Listener.class);
  private final Map<Receipt, Histogram> receipts = new EnumMap<>(Receipt.class);

  Counters() {
    for (Refusal.Listener listener : Refusal.Listener.values()) {
      Map<Refusal, LongAdder> reasons = new EnumMap<>(Refusal.class);
      for (Refusal why : Refusal.values()) {
        reasons.put(why, new LongAdder());
      }
      refused.put(listener, reasons);
    }
    for (Receipt receipt : Receipt.values()) {
      receipts.put(receipt, new Histogram());
    }
  }

  void handOverTook(long nanos) {
    handOvers.record(nanos);
    slowestHandOver.accumulate(nanos);
  }

  /** How the sends of this node's senders ended. */
  public SendCounts sends(Sender.Mode mode) {
    return sends.get(mode);
  }

  /** Calls, streams and sends that were turned away at a listener. */
  public LongAdder refused(Refusal.Listener listener, Refusal why) {
    return refused.get(listener).get(why);
  }

  /** How long commands took to a receipt, from the moment their entity, on this node, saw them. */
  public Histogram receipts(Receipt receipt) {
    return receipts.get(receipt);
  }
}
