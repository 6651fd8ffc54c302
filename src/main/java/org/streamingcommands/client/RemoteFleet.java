package org.streamingcommands.client;

import com.google.protobuf.Any;
import java.util.concurrent.CompletableFuture;
import org.streamingcommands.command.CommandException;
import org.streamingcommands.command.FleetListener;
import org.streamingcommands.command.FleetSummary;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.command.Reason;
import org.streamingcommands.command.Targets;
import org.streamingcommands.connection.FleetPlan;
import org.streamingcommands.grpc.Wire;
import org.streamingcommands.grpc.v1.CommandServiceGrpc;
import org.streamingcommands.grpc.v1.SendToManyRequest;

/** The way over the wire: a call of its own on the channel that all senders to the api share. */
record RemoteFleet(CommandClientSettings settings) implements FleetTransport {

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
    ApiLink link = hold();
    RemoteFleetCall call = new RemoteFleetCall(settings.address(), listener, result, link::letGo);
    result.whenComplete(
        (summary, failure) -> {
          if (result.isCancelled()) {
            call.cancel();
          }
        });
    CommandServiceGrpc.newStub(link.channel()).sendToMany(request(plan, cancelOnAbandon), call);
  }

  /** A link that stays open until it is let go. */
  private ApiLink hold() {
    ApiLink link = RemoteConnections.to(settings);
    // One that closed since it was looked up; the next one is another.
    while (!link.hold()) {
      link = RemoteConnections.to(settings);
    }
    return link;
  }

  private static SendToManyRequest request(FleetPlan plan, boolean cancelOnAbandon) {
    SendToManyRequest.Builder request =
        SendToManyRequest.newBuilder()
            .setService(plan.service())
            .addAllExcludeClientIds(plan.exclude())
            .setMaxConcurrency(plan.maxConcurrency())
            .setCancelOnAbandon(cancelOnAbandon);
    if (plan.targets() instanceof Targets.Ids ids) {
      request.getClientIdsBuilder().addAllIds(ids.clientIds());
    } else if (plan.targets() instanceof Targets.Labels labels) {
      request.setSelector(labels.selector().toString());
    }
    request
        .getWavesBuilder()
        .addAllPercents(plan.waves().percents())
        .setMaxFailurePercent(plan.waves().maxFailurePercent());
    request
        .getCommandBuilder()
        .setCommandId(plan.command().id())
        .setPayload(plan.command().payload())
        .setTimeout(Wire.duration(plan.timeout()))
        .setPriority(Wire.priority(plan.command().priority()))
        .setCoalescingKey(plan.command().coalescingKey())
        .putAllHeaders(plan.command().headers());
    return request.build();
  }
}
