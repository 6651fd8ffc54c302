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
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.http.javadsl.model.HttpEntity;
import org.apache.pekko.http.javadsl.model.HttpEntity.ChunkStreamPart;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.stream.KillSwitches;
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

  /** Nobody is asked who they are before they watch, so all of them together have a limit. */
  static final int MAX_WATCHES = 1000;

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
  private final Newcomers newcomers;

  /** Told of the drain one time, for all who watch: a future would remember each of them. */
  private final SharedKillSwitch serving = KillSwitches.shared("streaming-commands-serving");

  private final AtomicInteger watches = new AtomicInteger();
  private final @Nullable Reflection reflection;

  StandardServices(
      ActorSystem<?> system,
      ApiSettings settings,
      Connections connections,
      SharedKillSwitch stop,
      Newcomers newcomers) {
    this.newcomers = newcomers;
    this.system = system;
    this.settings = settings;
    this.connections = connections;
    this.stop = stop;
    connections.whenDraining().thenRun(serving::shutdown);
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
          .thenApply(request -> watch(call, request.getService()));
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
        : call.request()
            .entity()
            .getDataBytes()
            .runWith(new SingleMessage<>(reader, settings.requestTimeout()), system);
  }

  private HttpResponse check(String service) {
    return SERVED.contains(service)
        ? GrpcReply.message(status(now()))
        : GrpcReply.status(
            Status.NOT_FOUND.withDescription("service: '%s' is not served".formatted(service)),
            null);
  }

  private HttpResponse watch(Call call, String service) {
    Source<ServingStatus, ?> statuses =
        SERVED.contains(service)
            ? untilDrain().concat(Source.single(ServingStatus.NOT_SERVING))
            : Source.single(ServingStatus.SERVICE_UNKNOWN);
    Source<ChunkStreamPart, ?> parts =
        statuses
            .concat(Source.<ServingStatus>maybe())
            .map(now -> ChunkStreamPart.create(FrameBatch.of(status(now))))
            .via(stop.<ChunkStreamPart>flow())
            .recover(
                StatusRuntimeException.class,
                () -> GrpcReply.end(Statuses.stopping().getStatus(), null));
    // Counted when it begins: an answer whose caller is gone by then is never begun, nor ended.
    return GrpcReply.stream(Source.lazySource(() -> counted(call, parts)));
  }

  private Source<ServingStatus, ?> untilDrain() {
    return Source.single(ServingStatus.SERVING)
        .concat(Source.<ServingStatus>maybe())
        .via(serving.<ServingStatus>flow());
  }

  private Source<ChunkStreamPart, ?> counted(Call call, Source<ChunkStreamPart, ?> watch) {
    if (watches.incrementAndGet() > MAX_WATCHES) {
      watches.decrementAndGet();
      return Source.single(
          GrpcReply.end(
              Status.RESOURCE_EXHAUSTED.withDescription(
                  "%d watch already; ask with Check".formatted(MAX_WATCHES)),
              null));
    }
    Runnable over = newcomers.keep(call.request());
    return watch.watchTermination(
        (before, done) ->
            done.whenComplete(
                (end, failure) -> {
                  watches.decrementAndGet();
                  over.run();
                }));
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
        Tenure.of(call, connections.counters())
            .limit(
                call.request().entity().getDataBytes().via(BidiFlow.fromGraph(guard).join(flow))));
  }
}
