package org.streamingcommands.connection;

import com.google.protobuf.Any;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.command.Reason;

/** The sends of one mode: how they ended, and how long that took. */
public final class SendCounts {
  public final LongAdder completed = new LongAdder();
  public final LongAdder failed = new LongAdder();
  public final LongAdder cancelled = new LongAdder();

  /** From the send to its end, however it ended. */
  public final Histogram duration = new Histogram();

  private final Map<Reason, LongAdder> undelivered = new EnumMap<>(Reason.class);

  SendCounts() {
    for (Reason reason : Reason.values()) {
      undelivered.put(reason, new LongAdder());
    }
  }

  public LongAdder undelivered(Reason reason) {
    return undelivered.get(reason);
  }

  void ended(Outcome<Any> outcome, long nanos) {
    duration.record(nanos);
    if (outcome instanceof Outcome.Undelivered<Any> ended) {
      undelivered(ended.reason()).increment();
    } else if (outcome instanceof Outcome.Failed<Any>) {
      failed.increment();
    } else if (outcome instanceof Outcome.Cancelled<Any>) {
      cancelled.increment();
    } else {
      completed.increment();
    }
  }
}
