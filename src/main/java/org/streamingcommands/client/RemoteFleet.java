package org.streamingcommands.client;

import com.google.protobuf.Any;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
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
    ApiLinks links = hold();
    call(links, ApiLinks.anyNumber(), 0, request(plan, cancelOnAbandon), listener, result);
  }

  /** One node after the other, until one answers: a command id runs once, whoever sends it. */
  private static void call(
      ApiLinks links,
      int first,
      int attempt,
      SendToManyRequest request,
      FleetListener<Any> listener,
      CompletableFuture<FleetSummary> result) {
    ApiLink link = links.any(first, attempt);
    @Nullable Runnable next =
        attempt + 1 < links.size() && !result.isDone()
            ? () -> call(links, first, attempt + 1, request, listener, result)
            : null;
    RemoteFleetCall call =
        new RemoteFleetCall(link.address().toString(), listener, result, links::letGo, next);
    result.whenComplete(
        (summary, failure) -> {
          if (result.isCancelled()) {
            call.cancel();
          }
        });
    CommandServiceGrpc.newStub(link.channel()).sendToMany(request, call);
  }

  /** Links that stay open until they are let go. */
  private ApiLinks hold() {
    ApiLinks links = RemoteConnections.to(settings);
    // Those that closed since they were looked up; the next are others.
    while (!links.hold()) {
      links = RemoteConnections.to(settings);
    }
    return links;
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
