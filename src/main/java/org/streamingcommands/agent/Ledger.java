package org.streamingcommands.agent;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamingcommands.grpc.v1.CommandResult;

/**
 * The agent's memory of commands: those that it has and has not finished, those whose result the
 * server has not confirmed, and those that it confirmed. Outlives every connection. Thread-safe,
 * and calls nobody while it holds its lock.
 */
final class Ledger {
  private static final Logger log = LoggerFactory.getLogger(Ledger.class);

  private final MemoryBounds bounds;
  private final Supplier<Instant> now;
  private final Map<String, RunningCommand> running = new LinkedHashMap<>();
  private final Map<String, FinishedCommand> unconfirmed = new LinkedHashMap<>();
  private final Map<String, FinishedCommand> confirmed = new LinkedHashMap<>();
  private long unconfirmedBytes;
  private long confirmedBytes;

  Ledger(MemoryBounds bounds, Supplier<Instant> now) {
    this.bounds = bounds;
    this.now = now;
  }

  /** Takes a new command in, or answers what is known of its id. */
  synchronized @Nullable Known admit(RunningCommand command) {
    Known known = known(command.commandId());
    if (known == null) {
      running.put(command.commandId(), command);
    }
    return known;
  }

  synchronized @Nullable Known known(String id) {
    Known known = running.get(id);
    if (known == null) {
      known = unconfirmed.get(id);
    }
    if (known == null) {
      forgetOld();
      known = confirmed.get(id);
    }
    return known;
  }

  /** A command ended. */
  synchronized FinishedCommand finish(CommandResult result) {
    var finished = new FinishedCommand(result, now.get());
    running.remove(finished.id());
    unconfirmed.put(finished.id(), finished);
    unconfirmedBytes += finished.bytes();
    trim();
    return finished;
  }

  /** The server has taken a result over. */
  synchronized void confirm(FinishedCommand finished) {
    if (unconfirmed.remove(finished.id(), finished)) {
      unconfirmedBytes -= finished.bytes();
      confirmed.put(finished.id(), finished);
      confirmedBytes += finished.bytes();
      trim();
    }
  }

  /** In order of arrival. */
  synchronized List<RunningCommand> running() {
    return new ArrayList<>(running.values());
  }

  /** In the order in which they ended. */
  synchronized List<FinishedCommand> unconfirmed() {
    return new ArrayList<>(unconfirmed.values());
  }

  synchronized boolean isIdle() {
    return running.isEmpty();
  }

  /** How many ended commands are remembered. */
  synchronized int remembered() {
    return unconfirmed.size() + confirmed.size();
  }

  private void trim() {
    forgetOld();
    while (!confirmed.isEmpty()
        && (unconfirmed.size() + confirmed.size() > bounds.commands()
            || unconfirmedBytes + confirmedBytes > bounds.bytes())) {
      confirmedBytes -= removeFirst(confirmed).bytes();
    }
    // The newest stays in any case: it is about to be sent.
    while (unconfirmed.size() > 1
        && (unconfirmed.size() > (long) bounds.commands() * MemoryBounds.HARD_FACTOR
            || unconfirmedBytes > bounds.bytes() * MemoryBounds.HARD_FACTOR)) {
      FinishedCommand lost = removeFirst(unconfirmed);
      unconfirmedBytes -= lost.bytes();
      log.warn(
          "Forgot the result of command {}, which the server has not confirmed: too many wait",
          lost.id());
    }
  }

  private void forgetOld() {
    if (confirmed.isEmpty()) {
      return;
    }
    Instant oldest = now.get().minus(bounds.age());
    while (!confirmed.isEmpty() && confirmed.values().iterator().next().at().isBefore(oldest)) {
      confirmedBytes -= removeFirst(confirmed).bytes();
    }
  }

  private static FinishedCommand removeFirst(Map<String, FinishedCommand> map) {
    Iterator<FinishedCommand> all = map.values().iterator();
    FinishedCommand first = all.next();
    all.remove();
    return first;
  }
}
