package org.streamingcommands.connection;

import com.google.protobuf.Any;
import java.util.EnumMap;
import java.util.Map;
import org.streamingcommands.command.FleetSummary;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.command.Reason;

/** Counts outcomes by kind and reason. Not thread-safe. */
public final class FleetTally {
  private final Map<Reason, Integer> undelivered = new EnumMap<>(Reason.class);
  private int completed;
  private int failed;
  private int cancelled;

  public void count(Outcome<Any> outcome) {
    if (outcome instanceof Outcome.Completed<Any>) {
      completed++;
    } else if (outcome instanceof Outcome.Failed<Any>) {
      failed++;
    } else if (outcome instanceof Outcome.Cancelled<Any>) {
      cancelled++;
    } else if (outcome instanceof Outcome.Undelivered<Any> none) {
      undelivered.merge(none.reason(), 1, Integer::sum);
    }
  }

  public FleetSummary summary(String commandId, int targets, int skipped) {
    return new FleetSummary(commandId, targets, completed, failed, cancelled, undelivered, skipped);
  }
}
