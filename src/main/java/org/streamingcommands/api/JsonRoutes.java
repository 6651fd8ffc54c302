package org.streamingcommands.api;

import com.google.protobuf.Message;
import io.grpc.Status;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpMethods;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.scaladsl.model.EntityStreamException;
import org.apache.pekko.http.scaladsl.model.EntityStreamSizeException;
import org.jspecify.annotations.Nullable;
import org.streamingcommands.grpc.http.SingleMessage;
import org.streamingcommands.grpc.v1.CancelCommandRequest;
import org.streamingcommands.grpc.v1.CommandSpec;
import org.streamingcommands.grpc.v1.DisconnectClientRequest;
import org.streamingcommands.grpc.v1.DrainNodeRequest;
import org.streamingcommands.grpc.v1.ExecuteCommandRequest;
import org.streamingcommands.grpc.v1.GetClientRequest;
import org.streamingcommands.grpc.v1.GetCommandRequest;
import org.streamingcommands.grpc.v1.GetNodeRequest;
import org.streamingcommands.grpc.v1.ListClientsRequest;
import org.streamingcommands.grpc.v1.ListServicesRequest;
import org.streamingcommands.grpc.v1.Receipt;
import org.streamingcommands.grpc.v1.SendCommandToClientRequest;
import org.streamingcommands.grpc.v1.SendToManyRequest;
import org.streamingcommands.grpc.v1.WatchClientsRequest;
import org.streamingcommands.grpc.v1.WatchSendsRequest;
import org.streamingcommands.json.JsonCatalog;
import org.streamingcommands.json.JsonProblem;
import org.streamingcommands.security.Principal;

/**
 * The calls of CommandService as HTTP and JSON: each path is one rpc, its request read from path,
 * query and body, so that limits, reasons and permissions are the same. A page of another site can
 * make a browser send neither JSON nor a DELETE, and what a browser says comes from one is refused.
 * Thread-safe.
 */
final class JsonRoutes {
  private static final byte[] OPEN_API = openApi();

  private final ActorSystem<?> system;
  private final CommandRoutes routes;
  private final JsonCatalog catalog;
  private final int maxBody;
  private final Duration requestTimeout;

  JsonRoutes(ActorSystem<?> system, CommandRoutes routes, ApiSettings settings) {
    this.system = system;
    this.routes = routes;
    this.catalog = JsonCatalog.get(system);
    this.maxBody = settings.maxMessageSize();
    this.requestTimeout = settings.requestTimeout();
  }

  private static byte[] openApi() {
    try (InputStream file = JsonRoutes.class.getResourceAsStream("openapi.json")) {
      if (file == null) {
        throw new IllegalStateException("openapi.json is not in the jar");
      }
      return file.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * @return null where the path is none of its own
   */
  @Nullable CompletionStage<HttpResponse> handle(HttpRequest request, Principal principal) {
    List<String> path = segments(request);
    if (path.equals(List.of("openapi.json"))) {
      return done(HttpResponse.create().withEntity(ContentTypes.APPLICATION_JSON, OPEN_API));
    }
    if (path.isEmpty() || !path.get(0).equals("v1")) {
      return null;
    }
    JsonRequest call = new JsonRequest(request, principal, path, catalog);
    if (call.isFromAnotherSite()) {
      return done(
          call.format()
              .ended(
                  Ending.of(
                      Status.PERMISSION_DENIED.withDescription("a page of another site asks"))));
    }
    try {
      return route(call);
    } catch (InvalidRequest e) {
      return done(call.format().ended(Ending.of(e.outcome(), "")));
    }
  }

  private static List<String> segments(HttpRequest request) {
    List<String> segments = new ArrayList<>();
    request.getUri().pathSegments().forEach(segments::add);
    return segments;
  }

  private static CompletionStage<HttpResponse> done(HttpResponse response) {
    return CompletableFuture.completedFuture(response);
  }

  private CompletionStage<HttpResponse> route(JsonRequest call) throws InvalidRequest {
    return switch (call.shape()) {
      case "services" -> call.is(HttpMethods.GET) ? services(call) : notAllowed(call, "GET");
      case "node" -> call.is(HttpMethods.GET) ? node(call) : notAllowed(call, "GET");
      case "node/drain" -> call.is(HttpMethods.POST) ? drain(call) : notAllowed(call, "POST");
      case "sends" -> call.is(HttpMethods.GET) ? sends(call) : notAllowed(call, "GET");
      case "clients", "services/*/clients" ->
          call.is(HttpMethods.GET) ? clients(call) : notAllowed(call, "GET");
      case "services/*/clients/*" -> {
        if (call.is(HttpMethods.GET)) {
          yield client(call);
        }
        yield call.is(HttpMethods.DELETE) ? disconnect(call) : notAllowed(call, "GET, DELETE");
      }
      case "services/*/commands" ->
          call.is(HttpMethods.POST) ? broadcast(call) : notAllowed(call, "POST");
      case "services/*/clients/*/commands" ->
          call.is(HttpMethods.POST) ? send(call) : notAllowed(call, "POST");
      case "services/*/clients/*/commands/*" -> {
        if (call.is(HttpMethods.GET)) {
          yield command(call);
        }
        yield call.is(HttpMethods.DELETE) ? cancel(call) : notAllowed(call, "GET, DELETE");
      }
      default ->
          done(call.format().ended(Ending.of(Status.NOT_FOUND.withDescription("no such path"))));
    };
  }

  private static CompletionStage<HttpResponse> notAllowed(JsonRequest call, String allowed) {
    return done(
        call.format()
            .ended(
                Ending.of(Status.UNIMPLEMENTED.withDescription("allowed is " + allowed)),
                StatusCodes.METHOD_NOT_ALLOWED.intValue())
            .addHeader(
                org.apache.pekko.http.javadsl.model.headers.RawHeader.create("Allow", allowed)));
  }

  private CompletionStage<HttpResponse> answer(JsonRequest call, String rpc, Message request) {
    return routes.answer(rpc, call.call(), request);
  }

  private CompletionStage<HttpResponse> services(JsonRequest call) {
    return answer(call, "ListServices", ListServicesRequest.getDefaultInstance());
  }

  private CompletionStage<HttpResponse> node(JsonRequest call) {
    return answer(call, "GetNode", GetNodeRequest.getDefaultInstance());
  }

  private CompletionStage<HttpResponse> drain(JsonRequest call) {
    return withBody(
        call,
        body -> {
          DrainNodeRequest.Builder request = DrainNodeRequest.newBuilder();
          return merge(call, body, request)
              .orElseGet(() -> answer(call, "DrainNode", request.build()));
        });
  }

  private CompletionStage<HttpResponse> sends(JsonRequest call) {
    return answer(
        call,
        "WatchSends",
        WatchSendsRequest.newBuilder()
            .setService(call.query("service"))
            .setClientId(call.query("client_id"))
            .build());
  }

  private CompletionStage<HttpResponse> clients(JsonRequest call) throws InvalidRequest {
    if (call.wantsEvents()) {
      return answer(
          call,
          "WatchClients",
          WatchClientsRequest.newBuilder()
              .setService(call.service())
              .setSelector(call.query("selector"))
              .build());
    }
    return answer(
        call,
        "ListClients",
        ListClientsRequest.newBuilder()
            .setService(call.service())
            .setSelector(call.query("selector"))
            .setSearch(call.query("search"))
            .setPageSize(call.number("page_size"))
            .setPageToken(call.query("page_token"))
            .build());
  }

  private CompletionStage<HttpResponse> client(JsonRequest call) {
    return answer(
        call,
        "GetClient",
        GetClientRequest.newBuilder()
            .setService(call.service())
            .setClientId(call.clientId())
            .build());
  }

  private CompletionStage<HttpResponse> disconnect(JsonRequest call) throws InvalidRequest {
    return answer(
        call,
        "DisconnectClient",
        DisconnectClientRequest.newBuilder()
            .setService(call.service())
            .setClientId(call.clientId())
            .setMessage(call.query("message"))
            .setReconnectDelay(call.duration("reconnect_delay"))
            .build());
  }

  private CompletionStage<HttpResponse> command(JsonRequest call) {
    return answer(
        call,
        "GetCommand",
        GetCommandRequest.newBuilder()
            .setService(call.service())
            .setClientId(call.clientId())
            .setCommandId(call.commandId())
            .build());
  }

  private CompletionStage<HttpResponse> cancel(JsonRequest call) {
    return answer(
        call,
        "CancelCommand",
        CancelCommandRequest.newBuilder()
            .setService(call.service())
            .setClientId(call.clientId())
            .setCommandId(call.commandId())
            .build());
  }

  private CompletionStage<HttpResponse> send(JsonRequest call) throws InvalidRequest {
    Receipt waitFor = call.receipt("wait_for");
    boolean cancels = call.flag("cancel_on_abandon");
    return withBody(call, body -> send(call, body, waitFor, cancels));
  }

  /** Its answer is a stream of events, whatever the caller would rather have. */
  private CompletionStage<HttpResponse> broadcast(JsonRequest call) {
    return withBody(
        call,
        body -> {
          SendToManyRequest.Builder request = SendToManyRequest.newBuilder();
          return merge(call, body, request)
              .orElseGet(
                  () -> answer(call, "SendToMany", request.setService(call.service()).build()));
        });
  }

  private CompletionStage<HttpResponse> withBody(
      JsonRequest call, Function<String, CompletionStage<HttpResponse>> answer) {
    if (!call.sendsJson()) {
      call.request().discardEntityBytes(system);
      return done(
          call.format()
              .ended(
                  Ending.of(
                      Status.INVALID_ARGUMENT.withDescription("body: must be application/json")),
                  StatusCodes.UNSUPPORTED_MEDIA_TYPE.intValue()));
    }
    return call.request()
        .entity()
        .withSizeLimit(maxBody)
        .toStrict(requestTimeout.toMillis(), system)
        .thenCompose(body -> answer.apply(body.getData().utf8String()))
        .exceptionally(failure -> unreadable(call, failure));
  }

  /** Reads the body into the request; the answer where it cannot. */
  private Optional<CompletionStage<HttpResponse>> merge(
      JsonRequest call, String body, Message.Builder request) {
    try {
      catalog.of(call.service()).merge(body, request);
      return Optional.empty();
    } catch (JsonProblem e) {
      return Optional.of(
          done(
              call.format()
                  .ended(
                      Ending.of(InvalidRequest.field("body: " + e.getMessage()).outcome(), ""))));
    }
  }

  private CompletionStage<HttpResponse> send(
      JsonRequest call, String body, Receipt waitFor, boolean cancels) {
    CommandSpec.Builder command = CommandSpec.newBuilder();
    Optional<CompletionStage<HttpResponse>> wrong = merge(call, body, command);
    if (wrong.isPresent()) {
      return wrong.get();
    }
    return call.wantsEvents()
        ? answer(
            call,
            "ExecuteCommand",
            ExecuteCommandRequest.newBuilder()
                .setService(call.service())
                .setClientId(call.clientId())
                .setCommand(command)
                .setCancelOnAbandon(cancels)
                .build())
        : answer(
            call,
            "SendCommandToClient",
            SendCommandToClientRequest.newBuilder()
                .setService(call.service())
                .setClientId(call.clientId())
                .setCommand(command)
                .setWaitFor(waitFor)
                .setCancelOnAbandon(cancels)
                .build());
  }

  private HttpResponse unreadable(JsonRequest call, Throwable thrown) {
    Throwable failure = CommandRoutes.unwrapped(thrown);
    if (failure instanceof EntityStreamSizeException) {
      Status tooLarge =
          Status.RESOURCE_EXHAUSTED.withDescription(
              "body: is larger than %d bytes".formatted(maxBody));
      return call.format().ended(Ending.of(tooLarge), StatusCodes.CONTENT_TOO_LARGE.intValue());
    }
    if (failure instanceof TimeoutException) {
      return call.format()
          .ended(
              Ending.of(SingleMessage.tooSlow(requestTimeout)),
              StatusCodes.REQUEST_TIMEOUT.intValue());
    }
    if (failure instanceof EntityStreamException) {
      return call.format()
          .ended(Ending.of(Status.INVALID_ARGUMENT.withDescription("body: ended early")));
    }
    throw thrown instanceof RuntimeException known ? known : new CompletionException(thrown);
  }
}
