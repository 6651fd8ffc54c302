package org.streamingcommands.client;

import com.google.protobuf.Any;
import java.util.concurrent.CompletableFuture;
import org.streamingcommands.command.FleetListener;
import org.streamingcommands.command.FleetSummary;
import org.streamingcommands.connection.FleetPlan;

/** The way from a sender to many clients' entities. */
interface FleetTransport {
  /**
   * Tells the listener one call at a time, and completes the result last. Never throws.
   *
   * @param result cancelling it ends the sending
   */
  void send(
      FleetPlan plan,
      boolean cancelOnAbandon,
      FleetListener<Any> listener,
      CompletableFuture<FleetSummary> result);
}
