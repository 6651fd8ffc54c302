package org.streamingcommands.connection;

import com.google.protobuf.Any;
import java.util.Set;
import org.streamingcommands.command.FleetSummary;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.command.WaveReport;

/** A step of a send to many clients. */
public sealed interface FleetStep {

  /**
   * The targets are known; the first step.
   *
   * @param silent the nodes that did not say whom of theirs the labels choose
   */
  record Started(String commandId, int targets, Set<String> silent) implements FleetStep {}

  /** One client has its outcome. */
  record Ended(String clientId, Outcome<Any> outcome) implements FleetStep {}

  /** All of a wave's clients have theirs. */
  record WaveEnded(WaveReport report) implements FleetStep {}

  /** There is nothing more to come. */
  record Finished(FleetSummary summary) implements FleetStep {}
}
