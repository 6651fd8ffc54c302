package org.streamingcommands.client;

import com.google.protobuf.Any;
import java.util.concurrent.CompletableFuture;
import org.streamingcommands.command.CommandException;
import org.streamingcommands.command.FleetListener;
import org.streamingcommands.command.FleetSummary;
import org.streamingcommands.connection.Connections;
import org.streamingcommands.connection.FleetPlan;
import org.streamingcommands.connection.FleetSend;

/** The way through this JVM's actor system. */
record LocalFleet(Connections connections) implements FleetTransport {

  @Override
  public void send(
      FleetPlan plan,
      boolean cancelOnAbandon,
      FleetListener<Any> listener,
      CompletableFuture<FleetSummary> result) {
    var refusal = connections.refusal(plan.service(), plan.command());
    if (refusal != null) {
      result.completeExceptionally(new CommandException(refusal));
      return;
    }
    FleetSend.tell(connections, plan, listener, result, cancelOnAbandon);
  }
}
