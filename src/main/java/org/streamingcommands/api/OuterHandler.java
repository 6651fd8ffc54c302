package org.streamingcommands.api;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
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
import org.streamingcommands.grpc.http.FrameViolation;
import org.streamingcommands.grpc.http.GrpcReply;
import org.streamingcommands.grpc.v1.CommandServiceGrpc;
import org.streamingcommands.security.AuthenticationException;
import org.streamingcommands.security.Principal;

/**
 * The first to see a request: gRPC goes to the routes, everything else to the handler beside them.
 * Whatever those throw becomes an answer, for an exception that leaves here would end the whole
 * HTTP/2 connection.
 */
final class OuterHandler implements Function<HttpRequest, CompletionStage<HttpResponse>> {
  private static final long serialVersionUID = 1L;
  private static final Logger log = LoggerFactory.getLogger(OuterHandler.class);
  private static final String PREFIX = '/' + CommandServiceGrpc.SERVICE_NAME + '/';

  private final transient CommandRoutes routes;
  private final transient java.util.function.Function<HttpRequest, CompletionStage<HttpResponse>>
      beside;

  private final transient ActorSystem<?> system;
  private final transient Gate gate;

  OuterHandler(
      ActorSystem<?> system,
      Gate gate,
      CommandRoutes routes,
      java.util.function.Function<HttpRequest, CompletionStage<HttpResponse>> beside) {
    this.system = system;
    this.gate = gate;
    this.routes = routes;
    this.beside = beside;
  }

  @Override
  public CompletionStage<HttpResponse> apply(HttpRequest request) {
    boolean grpc = isGrpc(request);
    CompletionStage<HttpResponse> response;
    try {
      Principal principal = gate.ask(request);
      response =
          grpc && principal != null
              ? grpc(request, principal)
              : beside.apply(Gate.attach(request, principal));
    } catch (AuthenticationException e) {
      // Nobody reads what a stranger still has to say.
      request.entity().discardBytes(system);
      return CompletableFuture.completedFuture(stranger(grpc, e));
    } catch (FrameViolation | RuntimeException | Error e) {
      return CompletableFuture.completedFuture(answer(request, grpc, e));
    }
    // An answer that is there already, or that cannot fail, needs no further stage.
    if (response instanceof CompletableFuture<HttpResponse> future
        && future.isDone()
        && !future.isCompletedExceptionally()) {
      return response;
    }
    return response.exceptionally(failure -> answer(request, grpc, failure));
  }

  private CompletionStage<HttpResponse> grpc(HttpRequest request, Principal principal)
      throws FrameViolation {
    String path = request.getUri().path();
    if (path.startsWith(PREFIX)) {
      return routes.handle(path.substring(PREFIX.length()), Call.of(request, principal));
    }
    // Pekko gRPC would gzip every answer to a caller that could read it, two bytes or two million.
    return beside.apply(Gate.attach(request.removeHeader("grpc-accept-encoding"), principal));
  }

  private static HttpResponse stranger(boolean grpc, AuthenticationException e) {
    return grpc
        ? GrpcReply.status(Status.UNAUTHENTICATED.withDescription(e.getMessage()), null)
        : HttpResponse.create()
            .withStatus(StatusCodes.UNAUTHORIZED)
            .addHeader(RawHeader.create("WWW-Authenticate", "Bearer"))
            .withEntity(String.valueOf(e.getMessage()));
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

  private static HttpResponse answer(HttpRequest request, boolean grpc, Throwable thrown) {
    Throwable failure = CommandRoutes.unwrapped(thrown);
    if (!(failure instanceof FrameViolation || failure instanceof StatusRuntimeException)) {
      log.error("{} failed", request.getUri().path(), failure);
    }
    return grpc
        ? GrpcReply.status(failure)
        : HttpResponse.create().withStatus(StatusCodes.INTERNAL_SERVER_ERROR);
  }
}
