package org.streamingcommands.client;

import com.google.protobuf.Any;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.streamingcommands.command.CommandException;
import org.streamingcommands.command.FleetListener;
import org.streamingcommands.command.FleetSummary;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.command.Reason;
import org.streamingcommands.connection.FleetPlan;

/**
 * The way over the wire: a call of its own on the channel that all senders to the api share.
 *
 * @param open the links of these settings
 */
record RemoteFleet(CommandClientSettings settings, Supplier<ApiLinks> open)
    implements FleetTransport {
  RemoteFleet(CommandClientSettings settings) {
    this(settings, () -> RemoteConnections.to(settings));
  }

  @Override
  public void send(
      FleetPlan plan,
      boolean cancelOnAbandon,
      FleetListener<Any> listener,
      CompletableFuture<FleetSummary> result) {
    if (plan.command().size() > settings.maxCommandBytes()) {
      result.completeExceptionally(
          new CommandException(
              Outcome.notSent(
                  Reason.TOO_LARGE,
                  "the command has %d bytes, max-command-size is %d"
                      .formatted(plan.command().size(), settings.maxCommandBytes()))));
      return;
    }
    ApiLinks links = hold();
    RemoteFleetSend send =
        new RemoteFleetSend(links, new FleetRest(plan, cancelOnAbandon), listener, result);
    links.found().thenRun(send::start);
  }

  /** Links that stay open until they are let go. */
  private ApiLinks hold() {
    ApiLinks links = open.get();
    // Those that closed since they were looked up; the next are others.
    while (!links.hold()) {
      links = open.get();
    }
    return links;
  }
}
