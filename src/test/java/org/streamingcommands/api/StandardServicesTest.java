package org.streamingcommands.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.ErrorInfo;
import io.grpc.Channel;
import io.grpc.Context;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.protobuf.StatusProto;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.stub.StreamObserver;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.streamingcommands.connection.Connections;
import org.streamingcommands.grpc.v1.ClientFrame;
import org.streamingcommands.grpc.v1.ClientStreamServiceGrpc;
import org.streamingcommands.grpc.v1.CommandServiceGrpc;
import org.streamingcommands.support.TestNode;

/** Health and reflection on both listeners, asked with the clients that gRPC ships. */
class StandardServicesTest {
  private ApiNode node;
  private ManagedChannel edge;

  @BeforeEach
  void start() {
    node = ApiNode.start();
    edge = NettyChannelBuilder.forAddress(node.node.edgeAddress()).usePlaintext().build();
  }

  @AfterEach
  void stop() {
    edge.shutdownNow();
    node.close();
  }

  @Test
  void bothListenersServeUntilTheNodeDrains() {
    assertThat(health(node.channel(), "")).isEqualTo(ServingStatus.SERVING);
    assertThat(health(node.channel(), CommandServiceGrpc.SERVICE_NAME))
        .isEqualTo(ServingStatus.SERVING);
    assertThat(health(edge, "")).isEqualTo(ServingStatus.SERVING);
    assertThat(health(edge, ClientStreamServiceGrpc.SERVICE_NAME)).isEqualTo(ServingStatus.SERVING);

    node.node.connections().drain();

    assertThat(health(node.channel(), "")).isEqualTo(ServingStatus.NOT_SERVING);
    assertThat(health(edge, "")).isEqualTo(ServingStatus.NOT_SERVING);
  }

  @Test
  void whoWatchesTheApiHearsOfTheDrain() {
    Iterator<HealthCheckResponse> statuses =
        HealthGrpc.newBlockingStub(node.channel())
            .withDeadlineAfter(TestNode.PATIENCE.toSeconds(), TimeUnit.SECONDS)
            .watch(HealthCheckRequest.getDefaultInstance());
    assertThat(statuses.next().getStatus()).isEqualTo(ServingStatus.SERVING);

    node.node.connections().drain();

    assertThat(statuses.next().getStatus()).isEqualTo(ServingStatus.NOT_SERVING);
  }

  @Test
  void whoWatchesAndCancelsLeavesNothingBehind() throws Exception {
    // More than may watch at once: each has to give its place back.
    int many = 3 * StandardServices.MAX_WATCHES;
    for (int i = 0; i < many; i++) {
      watchOnce().run();
    }
    Field drain = Connections.class.getDeclaredField("drainBegins");
    drain.setAccessible(true);
    assertThat(((CompletableFuture<?>) drain.get(node.node.connections())).getNumberOfDependents())
        .isLessThan(20);
  }

  @Test
  void onlySoManyWatchTheHealth() {
    List<Runnable> cancels = new ArrayList<>();
    for (int i = 0; i < StandardServices.MAX_WATCHES; i++) {
      cancels.add(watchOnce());
    }
    var failure = catchThrowableOfType(StatusRuntimeException.class, this::watchOnce);
    assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    assertThat(health(node.channel(), "")).isEqualTo(ServingStatus.SERVING);
    cancels.forEach(Runnable::run);
  }

  /** Watches until the first status; the answer cancels. */
  private Runnable watchOnce() {
    Context.CancellableContext call = Context.current().withCancellation();
    Context before = call.attach();
    try {
      var statuses =
          HealthGrpc.newBlockingStub(node.channel())
              .withDeadlineAfter(TestNode.PATIENCE.toSeconds(), TimeUnit.SECONDS)
              .watch(HealthCheckRequest.getDefaultInstance());
      assertThat(statuses.next().getStatus()).isEqualTo(ServingStatus.SERVING);
    } finally {
      call.detach(before);
    }
    return () -> call.cancel(null);
  }

  @Test
  void theHealthOfAnUnknownServiceIsNotFound() {
    var failure =
        catchThrowableOfType(
            StatusRuntimeException.class, () -> health(node.channel(), "no.such.Service"));
    assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.NOT_FOUND);
  }

  @Test
  void aReflectionClientFindsTheCommandServiceOfTheApi() throws Exception {
    Answers answers = reflect(node.channel());

    answers.ask(ServerReflectionRequest.newBuilder().setListServices("*"));
    assertThat(answers.next().getListServicesResponse().getServiceList())
        .extracting(service -> service.getName())
        .contains(CommandServiceGrpc.SERVICE_NAME, HealthGrpc.SERVICE_NAME);

    answers.ask(
        ServerReflectionRequest.newBuilder()
            .setFileContainingSymbol(CommandServiceGrpc.SERVICE_NAME));
    assertThat(fileNames(answers.next()))
        .startsWith("streamingcommands/v1/command_service.proto")
        .contains("streamingcommands/v1/types.proto", "google/protobuf/any.proto");

    answers.ask(ServerReflectionRequest.newBuilder().setFileByFilename("no/such.proto"));
    assertThat(answers.next().getErrorResponse().getErrorCode())
        .isEqualTo(Status.Code.NOT_FOUND.value());
    answers.end();
  }

  @Test
  void aReflectionClientFindsTheClientStreamServiceOfTheEdge() throws Exception {
    Answers answers = reflect(edge);

    answers.ask(
        ServerReflectionRequest.newBuilder()
            .setFileContainingSymbol(ClientStreamServiceGrpc.SERVICE_NAME));
    assertThat(fileNames(answers.next()))
        .contains("streamingcommands/v1/client_stream_service.proto");
    answers.end();
  }

  @Test
  void reflectionCanBeTurnedOff() {
    try (ApiNode closed = ApiNode.start("api.reflection = off", "edge.reflection = off")) {
      Answers answers = reflect(closed.channel());
      answers.ask(ServerReflectionRequest.newBuilder().setListServices("*"));
      assertThat(TestNode.await(answers.ended).getCode()).isEqualTo(Status.Code.UNIMPLEMENTED);
      assertThat(health(closed.channel(), "")).isEqualTo(ServingStatus.SERVING);
    }
  }

  @Test
  void aRejectedStreamSaysItsReasonForCode() throws Exception {
    CompletableFuture<Throwable> failed = new CompletableFuture<>();
    StreamObserver<ClientFrame> stream =
        ClientStreamServiceGrpc.newStub(edge)
            .connect(
                new StreamObserver<>() {
                  @Override
                  public void onNext(org.streamingcommands.grpc.v1.ServerFrame frame) {}

                  @Override
                  public void onError(Throwable error) {
                    failed.complete(error);
                  }

                  @Override
                  public void onCompleted() {}
                });
    ClientFrame.Builder hello = ClientFrame.newBuilder();
    hello.getHelloBuilder().setService("no-such").setClientId("a");
    stream.onNext(hello.build());

    com.google.rpc.Status details = StatusProto.fromThrowable(TestNode.await(failed));
    assertThat(details.getDetails(0).unpack(ErrorInfo.class).getReason())
        .isEqualTo("UNKNOWN_SERVICE");
  }

  private static ServingStatus health(Channel channel, String service) {
    return HealthGrpc.newBlockingStub(channel)
        .withDeadlineAfter(TestNode.PATIENCE.toSeconds(), TimeUnit.SECONDS)
        .check(HealthCheckRequest.newBuilder().setService(service).build())
        .getStatus();
  }

  private static List<String> fileNames(ServerReflectionResponse response) {
    return response.getFileDescriptorResponse().getFileDescriptorProtoList().stream()
        .map(
            bytes -> {
              try {
                return FileDescriptorProto.parseFrom(bytes).getName();
              } catch (InvalidProtocolBufferException e) {
                throw new AssertionError(e);
              }
            })
        .toList();
  }

  private static Answers reflect(Channel channel) {
    Answers answers = new Answers();
    answers.questions = ServerReflectionGrpc.newStub(channel).serverReflectionInfo(answers);
    return answers;
  }

  private static final class Answers implements StreamObserver<ServerReflectionResponse> {
    private final BlockingQueue<ServerReflectionResponse> heard = new LinkedBlockingQueue<>();
    final CompletableFuture<Status> ended = new CompletableFuture<>();
    StreamObserver<ServerReflectionRequest> questions;

    void ask(ServerReflectionRequest.Builder question) {
      questions.onNext(question.build());
    }

    ServerReflectionResponse next() throws InterruptedException {
      ServerReflectionResponse answer = heard.poll(TestNode.PATIENCE.toSeconds(), TimeUnit.SECONDS);
      assertThat(answer).as("an answer; the call ended: " + ended.getNow(null)).isNotNull();
      return answer;
    }

    void end() {
      questions.onCompleted();
      assertThat(TestNode.await(ended).isOk()).isTrue();
    }

    @Override
    public void onNext(ServerReflectionResponse answer) {
      heard.add(answer);
    }

    @Override
    public void onError(Throwable error) {
      ended.complete(Status.fromThrowable(error));
    }

    @Override
    public void onCompleted() {
      ended.complete(Status.OK);
    }
  }
}
