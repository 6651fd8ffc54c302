package org.streamingcommands.api;

import com.google.protobuf.Any;
import org.jspecify.annotations.Nullable;
import org.streamingcommands.command.CommandListener;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.command.Progress;
import org.streamingcommands.command.Receipt;

/**
 * The steps of one command between the engine's threads and the stage that writes them. Bounded,
 * however slowly the caller reads: receipts are three, of progress only the newest is kept, and the
 * outcome is one.
 */
abstract class StepBuffer implements CommandListener {
  private static final Receipt[] RECEIPTS = Receipt.values();

  private int receipts;
  private @Nullable Progress progress;
  private @Nullable Outcome<Any> outcome;
  private boolean waiting;

  /** What {@link #drainTo} hands over, in the order in which it came. */
  interface Sink {
    void receipt(Receipt receipt);

    void progress(Progress progress);

    void outcome(Outcome<Any> outcome);
  }

  /** There is something to drain; not called again before it was drained. Any thread. */
  protected abstract void wake();

  @Override
  public final void receipt(Receipt receipt) {
    boolean first;
    synchronized (this) {
      receipts |= 1 << receipt.ordinal();
      first = startsWaiting();
    }
    wakeAt(first);
  }

  @Override
  public final void progress(Progress newest) {
    boolean first;
    synchronized (this) {
      progress = newest;
      first = startsWaiting();
    }
    wakeAt(first);
  }

  @Override
  public final void outcome(Outcome<Any> ending) {
    boolean first;
    synchronized (this) {
      outcome = ending;
      first = startsWaiting();
    }
    wakeAt(first);
  }

  private boolean startsWaiting() {
    boolean first = !waiting;
    waiting = true;
    return first;
  }

  private void wakeAt(boolean first) {
    if (first) {
      wake();
    }
  }

  final void drainTo(Sink sink) {
    int newReceipts;
    Progress newProgress;
    Outcome<Any> newOutcome;
    synchronized (this) {
      newReceipts = receipts;
      newProgress = progress;
      newOutcome = outcome;
      receipts = 0;
      progress = null;
      outcome = null;
      waiting = false;
    }
    for (Receipt receipt : RECEIPTS) {
      if ((newReceipts & 1 << receipt.ordinal()) != 0) {
        sink.receipt(receipt);
      }
    }
    if (newProgress != null) {
      sink.progress(newProgress);
    }
    if (newOutcome != null) {
      sink.outcome(newOutcome);
    }
  }
}
