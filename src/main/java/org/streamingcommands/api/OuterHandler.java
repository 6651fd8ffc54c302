package org.streamingcommands.api;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.http.javadsl.model.HttpMethods;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.japi.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamingcommands.connection.Counters;
import org.streamingcommands.connection.Refusal;
import org.streamingcommands.grpc.http.FrameViolation;
import org.streamingcommands.grpc.http.GrpcReply;
import org.streamingcommands.grpc.v1.CommandServiceGrpc;
import org.streamingcommands.json.JsonTypes;
import org.streamingcommands.security.AuthenticationException;
import org.streamingcommands.security.Principal;

/**
 * The first to see a request: gRPC goes to the routes, everything else to the handler beside them.
 * Whatever those throw becomes an answer, for an exception that leaves here would end the whole
 * HTTP/2 connection.
 */
final class OuterHandler
    implements Function<HttpRequest, CompletionStage<HttpResponse>>, DirectAnswers.Handler {
  private static final long serialVersionUID = 1L;
  private static final Logger log = LoggerFactory.getLogger(OuterHandler.class);
  private static final Set<String> HANDED_ON =
      Set.of(
          CommandServiceGrpc.getSendCommandToClientMethod().getBareMethodName(),
          CommandServiceGrpc.getCancelCommandMethod().getBareMethodName());
  private static final Format NO_TYPES = new JsonFormat(JsonTypes.WELL_KNOWN);

  private final transient CommandRoutes routes;
  private final transient StandardServices standard;
  private final transient JsonRoutes json;
  private final boolean grpcWeb;
  private final transient java.util.function.Function<HttpRequest, CompletionStage<HttpResponse>>
      beside;

  private final transient ActorSystem<?> system;
  private final transient Gate gate;
  private final transient Counters counters;

  OuterHandler(
      ActorSystem<?> system,
      Gate gate,
      Counters counters,
      CommandRoutes routes,
      StandardServices standard,
      JsonRoutes json,
      boolean grpcWeb,
      java.util.function.Function<HttpRequest, CompletionStage<HttpResponse>> beside) {
    this.system = system;
    this.gate = gate;
    this.counters = counters;
    this.routes = routes;
    this.standard = standard;
    this.json = json;
    this.grpcWeb = grpcWeb;
    this.beside = beside;
  }

  @Override
  public CompletionStage<HttpResponse> apply(HttpRequest request) {
    DirectAnswers.Lane.take(request, this);
    return answer(request);
  }

  /** What has come whole and is only handed on, as against a listing of thousands. */
  @Override
  public boolean isDirect(HttpRequest request) {
    if (!request.entity().isStrict() || !isGrpc(request)) {
      return false;
    }
    String rpc = RpcPath.rpc(request);
    return rpc != null && HANDED_ON.contains(rpc);
  }

  @Override
  public CompletionStage<HttpResponse> answer(HttpRequest request) {
    boolean grpc = isGrpc(request);
    boolean web = !grpc && isWeb(request);
    CompletionStage<HttpResponse> response;
    try {
      Principal principal = gate.ask(request);
      response =
          grpc
              ? grpc(request, principal)
              : web ? web(request, principal) : http(request, principal);
    } catch (AuthenticationException e) {
      // Nobody reads what a stranger still has to say.
      request.entity().discardBytes(system);
      return CompletableFuture.completedFuture(stranger(format(grpc, web), e));
    } catch (FrameViolation | RuntimeException | Error e) {
      return CompletableFuture.completedFuture(answer(request, format(grpc, web), e));
    }
    // An answer that is there already, or that cannot fail, needs no further stage.
    if (response instanceof CompletableFuture<HttpResponse> future
        && future.isDone()
        && !future.isCompletedExceptionally()) {
      return response;
    }
    return response.exceptionally(failure -> answer(request, format(grpc, web), failure));
  }

  private CompletionStage<HttpResponse> grpc(HttpRequest request, Principal principal)
      throws FrameViolation {
    String rpc = RpcPath.rpc(request);
    if (rpc != null) {
      return routes.handle(rpc, Call.of(request, principal));
    }
    CompletionStage<HttpResponse> answered =
        standard.handle(request.getUri().path(), Call.of(request, principal));
    if (answered != null) {
      return answered;
    }
    // Pekko gRPC would gzip every answer to a caller that could read it, two bytes or two million.
    return beside.apply(Gate.attach(request.removeHeader("grpc-accept-encoding"), principal));
  }

  private HttpResponse stranger(Format format, AuthenticationException e) {
    Refusal why = e.isTooMany() ? Refusal.TOO_MANY_ATTEMPTS : Refusal.NOT_AUTHENTICATED;
    counters.refused(Refusal.Listener.API, why).increment();
    HttpResponse refused =
        format.ended(Ending.of(Status.UNAUTHENTICATED.withDescription(e.getMessage()), why));
    return format == NO_TYPES
        ? refused.addHeader(RawHeader.create("WWW-Authenticate", "Bearer"))
        : refused;
  }

  private CompletionStage<HttpResponse> web(HttpRequest request, Principal principal)
      throws FrameViolation {
    String rpc = RpcPath.rpc(request);
    return rpc != null
        ? routes.handle(rpc, Call.of(request, principal, WebFormat.INSTANCE))
        : CompletableFuture.completedFuture(
            WebFormat.INSTANCE.ended(
                Ending.of(
                    Status.UNIMPLEMENTED.withDescription(
                        "no service at " + request.getUri().path()))));
  }

  private CompletionStage<HttpResponse> http(HttpRequest request, Principal principal) {
    CompletionStage<HttpResponse> answered = json.handle(request, principal);
    return answered != null ? answered : beside.apply(Gate.attach(request, principal));
  }

  /** A page of another site cannot send this type either, unless it is let, and nobody lets it. */
  private boolean isWeb(HttpRequest request) {
    return grpcWeb
        && request.method().equals(HttpMethods.POST)
        && request.entity().getContentType().mediaType().subType().matches("grpc-web(\\+proto)?");
  }

  private static Format format(boolean grpc, boolean web) {
    return grpc ? Format.GRPC : web ? WebFormat.INSTANCE : NO_TYPES;
  }

  private static boolean isGrpc(HttpRequest request) {
    var mediaType = request.entity().getContentType().mediaType();
    return request.method().equals(HttpMethods.POST)
        && mediaType.isApplication()
        && mediaType.subType().startsWith("grpc")
        && !mediaType.subType().startsWith("grpc-web");
  }

  /** Where nothing else is served beside the routes. */
  static CompletionStage<HttpResponse> nothingBeside(HttpRequest request) {
    return CompletableFuture.completedFuture(
        isGrpc(request)
            ? GrpcReply.status(
                Status.UNIMPLEMENTED.withDescription("no service at " + request.getUri().path()),
                null)
            : HttpResponse.create().withStatus(StatusCodes.NOT_FOUND));
  }

  private static HttpResponse answer(HttpRequest request, Format format, Throwable thrown) {
    Throwable failure = CommandRoutes.unwrapped(thrown);
    if (!(failure instanceof FrameViolation || failure instanceof StatusRuntimeException)) {
      log.error("{} failed", request.getUri().path(), failure);
    }
    return format == Format.GRPC
        ? GrpcReply.status(failure)
        : format.ended(Ending.of(GrpcReply.statusOf(failure)));
  }
}
