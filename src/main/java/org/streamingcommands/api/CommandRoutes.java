package org.streamingcommands.api;

import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
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
import org.jspecify.annotations.Nullable;
import org.streamingcommands.command.ClientKey;
import org.streamingcommands.command.Command;
import org.streamingcommands.command.CommandException;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.connection.Connections;
import org.streamingcommands.connection.FleetPlan;
import org.streamingcommands.connection.Goodbye;
import org.streamingcommands.grpc.http.FrameReader;
import org.streamingcommands.grpc.http.FrameViolation;
import org.streamingcommands.grpc.http.GrpcReply;
import org.streamingcommands.grpc.http.GuardedBidi;
import org.streamingcommands.grpc.http.SingleMessage;
import org.streamingcommands.grpc.v1.CancelCommandRequest;
import org.streamingcommands.grpc.v1.CommandSpec;
import org.streamingcommands.grpc.v1.DisconnectClientRequest;
import org.streamingcommands.grpc.v1.DisconnectClientResponse;
import org.streamingcommands.grpc.v1.DispatchRequest;
import org.streamingcommands.grpc.v1.DrainNodeRequest;
import org.streamingcommands.grpc.v1.ExecuteCommandRequest;
import org.streamingcommands.grpc.v1.GetClientRequest;
import org.streamingcommands.grpc.v1.GetCommandRequest;
import org.streamingcommands.grpc.v1.GetNodeRequest;
import org.streamingcommands.grpc.v1.ListClientsRequest;
import org.streamingcommands.grpc.v1.ListServicesRequest;
import org.streamingcommands.grpc.v1.SendCommandToClientRequest;
import org.streamingcommands.grpc.v1.SendToManyRequest;
import org.streamingcommands.grpc.v1.WatchClientsRequest;
import org.streamingcommands.grpc.v1.WatchSendsRequest;
import org.streamingcommands.security.Action;
import org.streamingcommands.security.Principal;

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
  private final SendDoor door;
  private final Requests requests;
  private final FleetRequests fleetRequests;
  private final Listings listings;
  private final SharedKillSwitch stop;
  private final Map<String, Rpc<?>> unary = unaryRpcs();

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
    this.door = new SendDoor(connections);
    this.requests = new Requests(connections, settings.defaultTimeout(), settings.maxTimeout());
    this.fleetRequests = new FleetRequests(requests, settings.defaultTimeout());
    this.listings = listings;
    this.stop = stop;
  }

  /** A call with one request. */
  private record Rpc<Q extends MessageLite>(Parser<Q> parser, Unary<Q> method) {}

  @FunctionalInterface
  private interface Unary<Q> {
    CompletableFuture<HttpResponse> answer(Call call, Q request) throws InvalidRequest;
  }

  private Map<String, Rpc<?>> unaryRpcs() {
    return Map.ofEntries(
        Map.entry(
            "SendCommandToClient", new Rpc<>(SendCommandToClientRequest.parser(), this::send)),
        Map.entry("ExecuteCommand", new Rpc<>(ExecuteCommandRequest.parser(), this::execute)),
        Map.entry("CancelCommand", new Rpc<>(CancelCommandRequest.parser(), this::cancel)),
        Map.entry("SendToMany", new Rpc<>(SendToManyRequest.parser(), this::sendToMany)),
        Map.entry("ListClients", new Rpc<>(ListClientsRequest.parser(), this::listClients)),
        Map.entry("WatchClients", new Rpc<>(WatchClientsRequest.parser(), this::watch)),
        Map.entry(
            "DisconnectClient", new Rpc<>(DisconnectClientRequest.parser(), this::disconnect)),
        Map.entry("DrainNode", new Rpc<>(DrainNodeRequest.parser(), this::drain)),
        Map.entry("ListServices", new Rpc<>(ListServicesRequest.parser(), this::listServices)),
        Map.entry("GetClient", new Rpc<>(GetClientRequest.parser(), this::client)),
        Map.entry("GetCommand", new Rpc<>(GetCommandRequest.parser(), this::command)),
        Map.entry("GetNode", new Rpc<>(GetNodeRequest.parser(), this::node)),
        Map.entry("WatchSends", new Rpc<>(WatchSendsRequest.parser(), this::watchSends)));
  }

  /**
   * @return UNIMPLEMENTED for an rpc that is not known; may fail
   */
  CompletableFuture<HttpResponse> handle(String rpc, Call call) throws FrameViolation {
    // A browser cannot send and hear at once.
    if (rpc.equals("Dispatch") && call.format() == Format.GRPC) {
      return CompletableFuture.completedFuture(dispatch(call));
    }
    Rpc<?> known = unary.get(rpc);
    if (known == null) {
      return CompletableFuture.completedFuture(
          call.format()
              .ended(
                  Ending.of(Status.UNIMPLEMENTED.withDescription("CommandService has no " + rpc))));
    }
    return read(call, known);
  }

  private <Q extends MessageLite> CompletableFuture<HttpResponse> read(Call call, Rpc<Q> rpc)
      throws FrameViolation {
    FrameReader<Q> reader =
        new FrameReader<>(rpc.parser(), call.encoding(), settings.maxMessageSize());
    if (call.request().entity() instanceof HttpEntity.Strict strict) {
      return answer(call, rpc, SingleMessage.parse(reader, strict.getData()));
    }
    return call.request()
        .entity()
        .getDataBytes()
        .runWith(new SingleMessage<>(reader, settings.requestTimeout()), system)
        .thenCompose(request -> answer(call, rpc, request));
  }

  /**
   * Answers a request that was read already.
   *
   * @param rpc one with a single request, such as {@code ListClients}
   * @param request of that rpc's type
   */
  CompletableFuture<HttpResponse> answer(String rpc, Call call, MessageLite request) {
    @SuppressWarnings("unchecked") // Whoever knows the rpc knows its request.
    Rpc<MessageLite> known = (Rpc<MessageLite>) unary.get(rpc);
    return answer(call, known, request);
  }

  private <Q extends MessageLite> CompletableFuture<HttpResponse> answer(
      Call call, Rpc<Q> rpc, Q request) {
    try {
      return rpc.method().answer(call, request);
    } catch (InvalidRequest e) {
      e.count(connections.counters());
      return CompletableFuture.completedFuture(call.format().ended(Ending.of(e.outcome(), "")));
    }
  }

  private static CompletableFuture<HttpResponse> reply(Call call, MessageLite message) {
    return CompletableFuture.completedFuture(call.format().message(message));
  }

  private CompletableFuture<HttpResponse> send(Call call, SendCommandToClientRequest request)
      throws InvalidRequest {
    door.check(
        call.principal(),
        call.sender(),
        Action.SEND,
        request.getService(),
        request.getClientId(),
        request.getCommand());
    ClientKey client = requests.client(request.getService(), request.getClientId());
    Command command = command(call, request.hasCommand(), request.getCommand());
    var steps = new CallSteps.Send(command.id(), Requests.wish(request.getWaitFor()));
    if (request.getCancelOnAbandon()) {
      // Only a streamed answer hears that its call was cancelled.
      return streamed(call, client, command, steps, true);
    }
    StrictSend send = new StrictSend(call.format(), steps);
    connections.send(call.sender(), client, command, steps.wantsSteps(), send);
    return send.response();
  }

  private Command command(Call call, boolean isSet, CommandSpec spec) throws InvalidRequest {
    return requests.command(isSet, TraceHeaders.into(spec, call.request()), call.deadline());
  }

  private CompletableFuture<HttpResponse> execute(Call call, ExecuteCommandRequest request)
      throws InvalidRequest {
    door.check(
        call.principal(),
        call.sender(),
        Action.SEND,
        request.getService(),
        request.getClientId(),
        request.getCommand());
    ClientKey client = requests.client(request.getService(), request.getClientId());
    Command command = command(call, request.hasCommand(), request.getCommand());
    return streamed(
        call, client, command, new CallSteps.Execute(command.id()), request.getCancelOnAbandon());
  }

  private CompletableFuture<HttpResponse> streamed(
      Call call, ClientKey client, Command command, CallSteps steps, boolean cancelOnAbandon) {
    return limited(
        call,
        Source.fromGraph(
            new CommandCall(connections, call, client, command, steps, cancelOnAbandon)));
  }

  private CompletableFuture<HttpResponse> cancel(Call call, CancelCommandRequest request)
      throws InvalidRequest {
    Permits.service(call.principal(), Action.SEND, request.getService());
    ClientKey client = requests.client(request.getService(), request.getClientId());
    String commandId = requests.commandId(request.getCommandId());
    Duration timeout =
        requests.timeout(request.hasTimeout(), request.getTimeout(), call.deadline());
    return new CancelCall(connections, call.principal())
        .cancel(client, commandId, timeout)
        .thenApply(result -> call.format().message(DispatchAsk.cancelResponse(result)))
        .exceptionally(failure -> call.format().ended(refusal(failure)));
  }

  private CompletableFuture<HttpResponse> disconnect(Call call, DisconnectClientRequest request)
      throws InvalidRequest {
    Permits.service(call.principal(), Action.DISCONNECT, request.getService());
    ClientKey client = requests.client(request.getService(), request.getClientId());
    Goodbye goodbye =
        new Goodbye(
            Goodbye.Cause.DISCONNECTED,
            Requests.notNegative("reconnect_delay", request.getReconnectDelay()),
            request.getMessage());
    return connections
        .disconnect(client, goodbye, requests.timeout(call.deadline()))
        .handle((was, failure) -> disconnected(call, was, failure));
  }

  private static HttpResponse disconnected(
      Call call, @Nullable Boolean was, @Nullable Throwable failure) {
    if (failure instanceof CommandException nobodySaid
        && nobodySaid.outcome() instanceof Outcome.Undelivered<?> undelivered) {
      return call.format().ended(Ending.of(undelivered, ""));
    }
    if (was == null) {
      throw new IllegalStateException(failure);
    }
    return call.format()
        .message(DisconnectClientResponse.newBuilder().setWasConnected(was).build());
  }

  private CompletableFuture<HttpResponse> drain(Call call, DrainNodeRequest request)
      throws InvalidRequest {
    Permits.service(call.principal(), Action.DRAIN, "");
    return new DrainCall(system, connections).drain(request).thenApply(call.format()::message);
  }

  private CompletableFuture<HttpResponse> sendToMany(Call call, SendToManyRequest request)
      throws InvalidRequest {
    door.check(
        call.principal(),
        call.sender(),
        Action.BROADCAST,
        request.getService(),
        "",
        request.getCommand());
    FleetPlan plan = fleetRequests.plan(call, request);
    var refusal = connections.refusal(plan.service(), plan.command());
    if (refusal != null) {
      return CompletableFuture.completedFuture(
          call.format().ended(Ending.of(refusal, plan.command().id())));
    }
    return limited(
        call,
        Source.fromGraph(new FleetCall(connections, call, plan, request.getCancelOnAbandon())));
  }

  private CompletableFuture<HttpResponse> listClients(Call call, ListClientsRequest request)
      throws InvalidRequest {
    Permits.service(call.principal(), Action.LIST, request.getService());
    return listings
        .clients(request, requests.timeout(call.deadline()))
        .thenApply(call.format()::message);
  }

  private CompletableFuture<HttpResponse> watch(Call call, WatchClientsRequest request)
      throws InvalidRequest {
    Permits.service(call.principal(), Action.LIST, request.getService());
    WatchCall watch =
        new WatchCall(
            connections,
            call.format(),
            listings.service(request.getService()),
            FleetRequests.selector(request.getSelector()),
            settings.watchBuffer(),
            call.timeout());
    return untilStop(call, Source.fromGraph(watch));
  }

  private CompletableFuture<HttpResponse> watchSends(Call call, WatchSendsRequest request)
      throws InvalidRequest {
    Permits.service(call.principal(), Action.LIST, request.getService());
    return untilStop(call, Source.fromGraph(new SendsCall(connections, request, call.format())));
  }

  private CompletableFuture<HttpResponse> untilStop(Call call, Source<ChunkStreamPart, ?> events) {
    Source<ChunkStreamPart, ?> parts =
        events
            .via(stop.<ChunkStreamPart>flow())
            .recover(
                StatusRuntimeException.class,
                () -> call.format().end(Ending.of(Statuses.stopping().getStatus())));
    return limited(call, parts);
  }

  /** A streamed answer ends, and what it is about stops, when what the caller showed does. */
  private CompletableFuture<HttpResponse> limited(Call call, Source<ChunkStreamPart, ?> parts) {
    return CompletableFuture.completedFuture(
        call.format().stream(Tenure.of(call, connections.counters()).limit(parts)));
  }

  /** Only those that the caller may list. */
  private CompletableFuture<HttpResponse> listServices(Call call, ListServicesRequest request) {
    return reply(call, listings.services(name -> call.principal().may(Action.LIST, name)));
  }

  private CompletableFuture<HttpResponse> node(Call call, GetNodeRequest request)
      throws InvalidRequest {
    Permits.service(call.principal(), Action.LIST, "");
    return reply(call, Views.node(connections));
  }

  private CompletableFuture<HttpResponse> client(Call call, GetClientRequest request)
      throws InvalidRequest {
    Permits.service(call.principal(), Action.LIST, request.getService());
    ClientKey client = requests.client(request.getService(), request.getClientId());
    return connections
        .inspect(client, "", requests.timeout(call.deadline()))
        .thenApply(view -> call.format().message(Views.client(view)));
  }

  private CompletableFuture<HttpResponse> command(Call call, GetCommandRequest request)
      throws InvalidRequest {
    Permits.anyOf(call.principal(), EnumSet.of(Action.SEND, Action.LIST), request.getService());
    ClientKey client = requests.client(request.getService(), request.getClientId());
    String commandId = requests.commandId(request.getCommandId());
    return connections
        .inspect(client, commandId, requests.timeout(call.deadline()))
        .thenApply(
            view -> {
              Principal principal = call.principal();
              String service = client.service();
              return Permits.everyCommand(
                      view,
                      type ->
                          principal.may(Action.SEND, service, type)
                              || principal.may(Action.LIST, service, type))
                  ? call.format().message(Views.command(view, commandId))
                  : call.format().ended(refusal(Permits.otherType(principal)));
            });
  }

  private Ending refusal(Throwable failure) {
    if (unwrapped(failure) instanceof InvalidRequest refused) {
      refused.count(connections.counters());
      return Ending.of(refused.outcome(), "");
    }
    throw new CompletionException(unwrapped(failure));
  }

  private HttpResponse dispatch(Call call) {
    GuardedBidi<DispatchRequest> guard =
        new GuardedBidi<>(
            DispatchRequest.parser(), call.encoding(), settings.maxMessageSize(), call.timeout());
    DispatchStage stage = new DispatchStage(connections, call, requests, settings.maxInFlight());
    Flow<List<DispatchRequest>, ByteString, ?> dispatch =
        Flow.fromGraph(stop.<List<DispatchRequest>>flow()).via(stage);
    return GrpcReply.stream(
        Tenure.of(call, connections.counters())
            .count(
                call.request()
                    .entity()
                    .getDataBytes()
                    .via(BidiFlow.fromGraph(guard).join(dispatch))));
  }

  static Throwable unwrapped(Throwable failure) {
    return failure instanceof CompletionException && failure.getCause() != null
        ? failure.getCause()
        : failure;
  }
}
