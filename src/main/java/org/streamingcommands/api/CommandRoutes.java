package org.streamingcommands.api;

import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.http.javadsl.model.HttpEntity;
import org.apache.pekko.http.javadsl.model.HttpEntity.ChunkStreamPart;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.stream.SharedKillSwitch;
import org.apache.pekko.stream.javadsl.BidiFlow;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.streamingcommands.command.ClientKey;
import org.streamingcommands.command.Command;
import org.streamingcommands.connection.Connections;
import org.streamingcommands.connection.FleetPlan;
import org.streamingcommands.connection.Goodbye;
import org.streamingcommands.grpc.http.FrameReader;
import org.streamingcommands.grpc.http.FrameViolation;
import org.streamingcommands.grpc.http.GrpcReply;
import org.streamingcommands.grpc.http.GuardedBidi;
import org.streamingcommands.grpc.http.SingleMessage;
import org.streamingcommands.grpc.v1.CancelCommandRequest;
import org.streamingcommands.grpc.v1.DisconnectClientRequest;
import org.streamingcommands.grpc.v1.DisconnectClientResponse;
import org.streamingcommands.grpc.v1.DispatchRequest;
import org.streamingcommands.grpc.v1.DrainNodeRequest;
import org.streamingcommands.grpc.v1.ExecuteCommandRequest;
import org.streamingcommands.grpc.v1.ListClientsRequest;
import org.streamingcommands.grpc.v1.ListServicesRequest;
import org.streamingcommands.grpc.v1.SendCommandToClientRequest;
import org.streamingcommands.grpc.v1.SendToManyRequest;
import org.streamingcommands.grpc.v1.WatchClientsRequest;

/**
 * The rpcs of CommandService, by name. Routes of our own and not the generated handler, which runs
 * a stream and a new thread per unary call, takes messages of any size, knows no grpc-timeout,
 * gzips every answer, and lets one bad message of a bidi call end its whole connection.
 * Thread-safe.
 */
final class CommandRoutes {
  private final ActorSystem<?> system;
  private final ApiSettings settings;
  private final Connections connections;
  private final Requests requests;
  private final FleetRequests fleetRequests;
  private final Listings listings;
  private final SharedKillSwitch stop;

  /**
   * @param stop failed when the server stops; Dispatch then reads no further, and watches end
   */
  CommandRoutes(
      ActorSystem<?> system,
      ApiSettings settings,
      Connections connections,
      Listings listings,
      SharedKillSwitch stop) {
    this.system = system;
    this.settings = settings;
    this.connections = connections;
    this.requests = new Requests(connections, settings.defaultTimeout());
    this.fleetRequests = new FleetRequests(requests, settings.defaultTimeout());
    this.listings = listings;
    this.stop = stop;
  }

  /**
   * @return UNIMPLEMENTED for an rpc that is not known; may fail
   */
  CompletableFuture<HttpResponse> handle(String rpc, Call call) throws FrameViolation {
    return switch (rpc) {
      case "SendCommandToClient" -> unary(call, SendCommandToClientRequest.parser(), this::send);
      case "ExecuteCommand" -> unary(call, ExecuteCommandRequest.parser(), this::execute);
      case "CancelCommand" -> unary(call, CancelCommandRequest.parser(), this::cancel);
      case "SendToMany" -> unary(call, SendToManyRequest.parser(), this::sendToMany);
      case "Dispatch" -> CompletableFuture.completedFuture(dispatch(call));
      case "ListClients" -> unary(call, ListClientsRequest.parser(), this::list);
      case "WatchClients" -> unary(call, WatchClientsRequest.parser(), this::watch);
      case "DisconnectClient" -> unary(call, DisconnectClientRequest.parser(), this::disconnect);
      case "DrainNode" -> unary(call, DrainNodeRequest.parser(), this::drain);
      case "ListServices" ->
          unary(call, ListServicesRequest.parser(), (c, r) -> reply(listings.services()));
      default ->
          CompletableFuture.completedFuture(
              GrpcReply.status(
                  Status.UNIMPLEMENTED.withDescription("CommandService has no " + rpc), null));
    };
  }

  @FunctionalInterface
  private interface Unary<Q> {
    CompletableFuture<HttpResponse> answer(Call call, Q request) throws InvalidRequest;
  }

  private <Q> CompletableFuture<HttpResponse> unary(Call call, Parser<Q> parser, Unary<Q> method)
      throws FrameViolation {
    FrameReader<Q> reader = new FrameReader<>(parser, call.encoding(), settings.maxMessageSize());
    if (call.request().entity() instanceof HttpEntity.Strict strict) {
      return answer(call, SingleMessage.parse(reader, strict.getData()), method);
    }
    return call.request()
        .entity()
        .getDataBytes()
        .runWith(new SingleMessage<>(reader), system)
        .thenCompose(request -> answer(call, request, method));
  }

  private static <Q> CompletableFuture<HttpResponse> answer(Call call, Q request, Unary<Q> method) {
    try {
      return method.answer(call, request);
    } catch (InvalidRequest e) {
      return CompletableFuture.completedFuture(Statuses.reply(e));
    }
  }

  private static CompletableFuture<HttpResponse> reply(MessageLite message) {
    return CompletableFuture.completedFuture(GrpcReply.message(message));
  }

  private CompletableFuture<HttpResponse> send(Call call, SendCommandToClientRequest request)
      throws InvalidRequest {
    ClientKey client = requests.client(request.getService(), request.getClientId());
    Command command = requests.command(request.hasCommand(), request.getCommand(), call.deadline());
    var steps = new CallSteps.Send(command.id(), Requests.wish(request.getWaitFor()));
    if (request.getCancelOnAbandon()) {
      // Only a streamed answer hears that its call was cancelled.
      return streamed(client, command, steps, true);
    }
    StrictSend send = new StrictSend(steps);
    connections.send(client, command, steps.wantsSteps(), send);
    return send.response();
  }

  private CompletableFuture<HttpResponse> execute(Call call, ExecuteCommandRequest request)
      throws InvalidRequest {
    ClientKey client = requests.client(request.getService(), request.getClientId());
    Command command = requests.command(request.hasCommand(), request.getCommand(), call.deadline());
    return streamed(
        client, command, new CallSteps.Execute(command.id()), request.getCancelOnAbandon());
  }

  private CompletableFuture<HttpResponse> streamed(
      ClientKey client, Command command, CallSteps steps, boolean cancelOnAbandon) {
    Duration cancelTimeout = cancelOnAbandon ? settings.defaultTimeout() : null;
    return CompletableFuture.completedFuture(
        GrpcReply.stream(
            Source.fromGraph(new CommandCall(connections, client, command, steps, cancelTimeout))));
  }

  private CompletableFuture<HttpResponse> cancel(Call call, CancelCommandRequest request)
      throws InvalidRequest {
    ClientKey client = requests.client(request.getService(), request.getClientId());
    String commandId = requests.commandId(request.getCommandId());
    Duration timeout =
        requests.timeout(request.hasTimeout(), request.getTimeout(), call.deadline());
    return connections
        .cancel(client, commandId, timeout)
        .thenApply(result -> GrpcReply.message(DispatchAsk.cancelResponse(result)));
  }

  private CompletableFuture<HttpResponse> disconnect(Call call, DisconnectClientRequest request)
      throws InvalidRequest {
    ClientKey client = requests.client(request.getService(), request.getClientId());
    Goodbye goodbye =
        new Goodbye(
            Goodbye.Cause.DISCONNECTED,
            Requests.notNegative("reconnect_delay", request.getReconnectDelay()),
            request.getMessage());
    return connections
        .disconnect(client, goodbye, requests.timeout(call.deadline()))
        .thenApply(
            was ->
                GrpcReply.message(
                    DisconnectClientResponse.newBuilder().setWasConnected(was).build()));
  }

  private CompletableFuture<HttpResponse> list(Call call, ListClientsRequest request)
      throws InvalidRequest {
    return listings
        .clients(request, requests.timeout(call.deadline()))
        .thenApply(GrpcReply::message);
  }

  private CompletableFuture<HttpResponse> drain(Call call, DrainNodeRequest request) {
    return new DrainCall(system, connections).drain(request).thenApply(GrpcReply::message);
  }

  private CompletableFuture<HttpResponse> sendToMany(Call call, SendToManyRequest request)
      throws InvalidRequest {
    FleetPlan plan = fleetRequests.plan(call, request);
    var refusal = connections.refusal(plan.service(), plan.command());
    if (refusal != null) {
      return CompletableFuture.completedFuture(Statuses.reply(refusal, plan.command().id()));
    }
    Duration cancelTimeout = request.getCancelOnAbandon() ? settings.defaultTimeout() : null;
    return CompletableFuture.completedFuture(
        GrpcReply.stream(Source.fromGraph(new FleetCall(connections, plan, cancelTimeout))));
  }

  private CompletableFuture<HttpResponse> watch(Call call, WatchClientsRequest request)
      throws InvalidRequest {
    WatchCall watch =
        new WatchCall(
            connections,
            listings.service(request.getService()),
            FleetRequests.selector(request.getSelector()),
            settings.watchBuffer(),
            call.timeout());
    Source<ChunkStreamPart, ?> changes =
        Source.fromGraph(watch)
            .via(stop.<ChunkStreamPart>flow())
            .recover(
                StatusRuntimeException.class,
                () -> GrpcReply.end(Statuses.stopping().getStatus(), null));
    return CompletableFuture.completedFuture(GrpcReply.stream(changes));
  }

  private HttpResponse dispatch(Call call) {
    GuardedBidi<DispatchRequest> guard =
        new GuardedBidi<>(
            DispatchRequest.parser(), call.encoding(), settings.maxMessageSize(), call.timeout());
    DispatchStage stage = new DispatchStage(connections, requests, settings.maxInFlight());
    Flow<List<DispatchRequest>, ByteString, ?> dispatch =
        Flow.fromGraph(stop.<List<DispatchRequest>>flow()).via(stage);
    return GrpcReply.stream(
        call.request().entity().getDataBytes().via(BidiFlow.fromGraph(guard).join(dispatch)));
  }

  static Throwable unwrapped(Throwable failure) {
    return failure instanceof CompletionException && failure.getCause() != null
        ? failure.getCause()
        : failure;
  }
}
