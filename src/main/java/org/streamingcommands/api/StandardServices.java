package org.streamingcommands.api;

import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Parser;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthProto;
import io.grpc.reflection.v1.ServerReflectionProto;
import io.grpc.reflection.v1.ServerReflectionRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.NotUsed;
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
import org.streamingcommands.connection.Connections;
import org.streamingcommands.grpc.Reflection;
import org.streamingcommands.grpc.http.FrameBatch;
import org.streamingcommands.grpc.http.FrameReader;
import org.streamingcommands.grpc.http.FrameViolation;
import org.streamingcommands.grpc.http.GrpcReply;
import org.streamingcommands.grpc.http.GuardedBidi;
import org.streamingcommands.grpc.http.SingleMessage;
import org.streamingcommands.grpc.v1.CommandServiceGrpc;
import org.streamingcommands.grpc.v1.CommandServiceOuterClass;

/**
 * What every gRPC tool expects beside the rpcs of one's own: {@code grpc.health.v1} and, unless
 * turned off, server reflection in both of its versions. Thread-safe.
 */
final class StandardServices {
  static final String CHECK = "/grpc.health.v1.Health/Check";
  static final String WATCH = "/grpc.health.v1.Health/Watch";
  private static final Set<String> REFLECTION =
      Set.of(
          "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
          "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo");

  /** What its status is asked by; the empty name is the server as a whole. */
  private static final Set<String> SERVED = Set.of("", CommandServiceGrpc.SERVICE_NAME);

  private final ActorSystem<?> system;
  private final ApiSettings settings;
  private final Connections connections;
  private final SharedKillSwitch stop;
  private final @Nullable Reflection reflection;

  StandardServices(
      ActorSystem<?> system, ApiSettings settings, Connections connections, SharedKillSwitch stop) {
    this.system = system;
    this.settings = settings;
    this.connections = connections;
    this.stop = stop;
    this.reflection =
        settings.reflection()
            ? new Reflection(
                List.<FileDescriptor>of(
                    CommandServiceOuterClass.getDescriptor(),
                    HealthProto.getDescriptor(),
                    ServerReflectionProto.getDescriptor()))
            : null;
  }

  /**
   * @return null where the path is none of theirs
   */
  @Nullable CompletionStage<HttpResponse> handle(String path, Call call) throws FrameViolation {
    if (path.equals(CHECK)) {
      return read(call, HealthCheckRequest.parser())
          .thenApply(request -> check(request.getService()));
    }
    if (path.equals(WATCH)) {
      return read(call, HealthCheckRequest.parser())
          .thenApply(request -> watch(request.getService()));
    }
    if (reflection != null && REFLECTION.contains(path)) {
      return CompletableFuture.completedFuture(reflect(call, reflection));
    }
    return null;
  }

  private <Q> CompletionStage<Q> read(Call call, Parser<Q> parser) throws FrameViolation {
    FrameReader<Q> reader = new FrameReader<>(parser, call.encoding(), settings.maxMessageSize());
    return call.request().entity() instanceof HttpEntity.Strict strict
        ? CompletableFuture.completedFuture(SingleMessage.parse(reader, strict.getData()))
        : call.request().entity().getDataBytes().runWith(new SingleMessage<>(reader), system);
  }

  private HttpResponse check(String service) {
    return SERVED.contains(service)
        ? GrpcReply.message(status(now()))
        : GrpcReply.status(
            Status.NOT_FOUND.withDescription("service: '%s' is not served".formatted(service)),
            null);
  }

  private HttpResponse watch(String service) {
    ServingStatus first = SERVED.contains(service) ? now() : ServingStatus.SERVICE_UNKNOWN;
    Source<ServingStatus, NotUsed> statuses = Source.single(first);
    Source<ServingStatus, NotUsed> later =
        first == ServingStatus.SERVING
            ? Source.completionStage(
                connections.whenDraining().thenApply(drains -> ServingStatus.NOT_SERVING))
            : Source.empty();
    Source<ChunkStreamPart, ?> parts =
        statuses
            .concat(later)
            .concat(Source.<ServingStatus>maybe())
            .map(now -> ChunkStreamPart.create(FrameBatch.of(status(now))))
            .via(stop.<ChunkStreamPart>flow())
            .recover(
                StatusRuntimeException.class,
                () -> GrpcReply.end(Statuses.stopping().getStatus(), null));
    return GrpcReply.stream(parts);
  }

  private ServingStatus now() {
    return connections.isDraining() ? ServingStatus.NOT_SERVING : ServingStatus.SERVING;
  }

  private static HealthCheckResponse status(ServingStatus status) {
    return HealthCheckResponse.newBuilder().setStatus(status).build();
  }

  private HttpResponse reflect(Call call, Reflection answers) {
    GuardedBidi<ServerReflectionRequest> guard =
        new GuardedBidi<>(
            ServerReflectionRequest.parser(),
            call.encoding(),
            settings.maxMessageSize(),
            call.timeout());
    Flow<List<ServerReflectionRequest>, ByteString, ?> flow =
        Flow.fromGraph(stop.<List<ServerReflectionRequest>>flow())
            .mapConcat(ArrayList::new)
            .map(request -> FrameBatch.of(answers.answer(request)));
    return GrpcReply.stream(
        call.request().entity().getDataBytes().via(BidiFlow.fromGraph(guard).join(flow)));
  }
}
