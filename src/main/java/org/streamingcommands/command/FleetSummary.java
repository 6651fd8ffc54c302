package org.streamingcommands.command;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/**
 * What a send to many clients came to. The counts add up to the targets.
 *
 * @param commandId the one id of the command, the same for all clients
 * @param targets how many clients were meant
 * @param completed how many ran it and answered
 * @param failed how many say that it failed
 * @param cancelled at how many it was cancelled
 * @param undelivered how many gave no outcome, by reason; no zeros
 * @param skipped how many were not sent to, because a wave had too many failures
 */
public record FleetSummary(
    String commandId,
    int targets,
    int completed,
    int failed,
    int cancelled,
    Map<Reason, Integer> undelivered,
    int skipped) {

  public FleetSummary {
    Map<Reason, Integer> copy = new EnumMap<>(Reason.class);
    copy.putAll(undelivered);
    undelivered = Collections.unmodifiableMap(copy);
  }

  /** How many gave no outcome. */
  public int undeliveredInAll() {
    return undelivered.values().stream().mapToInt(Integer::intValue).sum();
  }

  /** Whether every target completed. */
  public boolean isCompleted() {
    return completed == targets;
  }
}
