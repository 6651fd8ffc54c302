package org.streamingcommands.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.CallOptions;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Status;
import io.grpc.stub.ClientCalls;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.http.javadsl.Http;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.MediaTypes;
import org.apache.pekko.http.javadsl.model.RequestEntity;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.streamingcommands.grpc.http.FrameBatch;
import org.streamingcommands.grpc.v1.CommandServiceGrpc;
import org.streamingcommands.grpc.v1.ListServicesRequest;
import org.streamingcommands.support.TestNode;

/** What no generated stub would send. */
class WireTest {
  private static final String LIST_SERVICES =
      "/" + CommandServiceGrpc.getListServicesMethod().getFullMethodName();
  private static final String DISPATCH =
      "/" + CommandServiceGrpc.getDispatchMethod().getFullMethodName();
  private static ApiNode api;

  @BeforeAll
  static void start() {
    api = ApiNode.start("api.max-message-size = 1 MiB");
    EchoBot.connect(api.node.connections(), "echo");
  }

  @AfterAll
  static void stop() {
    api.close();
  }

  @Test
  void noAnswerIsCompressedForACallerThatWouldReadIt() {
    CompletableFuture<Metadata> unary = new CompletableFuture<>();
    CommandServiceGrpc.newBlockingStub(RawCalls.hearing(api.channel(), unary))
        .listServices(ListServicesRequest.getDefaultInstance());
    assertThat(encoding(TestNode.await(unary))).isNull();

    CompletableFuture<Metadata> streamed = new CompletableFuture<>();
    CommandServiceGrpc.newBlockingStub(RawCalls.hearing(api.channel(), streamed))
        .sendCommandToClient(
            ApiNode.send("echo", ApiNode.command("")).setCancelOnAbandon(true).build());
    assertThat(encoding(TestNode.await(streamed))).isNull();
  }

  private static String encoding(Metadata headers) {
    return headers.get(Metadata.Key.of("grpc-encoding", Metadata.ASCII_STRING_MARSHALLER));
  }

  @Test
  void aRequestThatTheCallerCompressedIsRead() {
    assertThat(
            api.caller()
                .withCompression("gzip")
                .sendCommandToClient(
                    ApiNode.send("echo", ApiNode.command("", "x".repeat(10_000))).build())
                .getOutcome()
                .hasCompleted())
        .isTrue();
  }

  @Test
  void aSmallMessageThatInflatesPastTheLimitIsResourceExhausted() {
    CompletableFuture<Status> ended = new CompletableFuture<>();
    CommandServiceGrpc.newStub(api.channel())
        .withCompression("gzip")
        .sendCommandToClient(
            ApiNode.send("echo", ApiNode.command("", "x".repeat(5 << 20))).build(),
            RawCalls.endOf(ended));
    assertThat(TestNode.await(ended).getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
  }

  @ParameterizedTest
  @ValueSource(strings = {"soon", "1", "S", "123456789S", "-1S", "1.5S", "1 S"})
  void aMalformedGrpcTimeoutIsInvalid(String timeout) {
    HttpResponse response = post(LIST_SERVICES, frame(), RawHeader.create("grpc-timeout", timeout));
    assertStatus(response, Status.Code.INVALID_ARGUMENT);
    assertThat(header(response, "grpc-message")).startsWith("grpc-timeout: ");
  }

  @Test
  void aGrpcTimeoutThatHasPassedIsDeadlineExceeded() {
    assertStatus(
        post(LIST_SERVICES, frame(), RawHeader.create("grpc-timeout", "0n")),
        Status.Code.DEADLINE_EXCEEDED);
  }

  @ParameterizedTest
  @CsvSource({
    "garbage that is no frame, INVALID_ARGUMENT",
    "'', INVALID_ARGUMENT",
    "0000, INVALID_ARGUMENT"
  })
  void whatIsNoFrameIsInvalid(String body, Status.Code code) {
    assertStatus(post(LIST_SERVICES, ByteString.fromString(body)), code);
    assertServes();
  }

  @Test
  void aPrefixThatClaimsMoreThanTheLimitIsRefusedBeforeTheMessageComes() {
    for (int length : new int[] {(1 << 20) + 1, Integer.MAX_VALUE, -1}) {
      assertStatus(post(LIST_SERVICES, claiming(length)), Status.Code.RESOURCE_EXHAUSTED);
      // Streamed and never ended: the answer must not wait for the rest.
      RequestEntity endless =
          HttpEntities.createChunked(
              MediaTypes.applicationBinary("grpc", true).toContentType(),
              Source.single(claiming(length)).concat(Source.maybe()));
      assertStatus(post(LIST_SERVICES, endless), Status.Code.RESOURCE_EXHAUSTED);
    }
    assertServes();
  }

  private static ByteString claiming(int length) {
    byte[] prefix = {
      0, (byte) (length >>> 24), (byte) (length >>> 16), (byte) (length >>> 8), (byte) length
    };
    return ByteString.fromArray(prefix).concat(ByteString.fromString("and little more"));
  }

  @Test
  void aUnaryCallOfTwoMessagesIsInvalid() {
    assertStatus(post(LIST_SERVICES, frame().concat(frame())), Status.Code.INVALID_ARGUMENT);
  }

  @Test
  void anEncodingThatIsNotKnownIsUnimplemented() {
    assertStatus(
        post(LIST_SERVICES, frame(), RawHeader.create("grpc-encoding", "snappy")),
        Status.Code.UNIMPLEMENTED);
  }

  @Test
  void aCompressedMessageWithoutEncodingIsInvalid() {
    byte[] bytes = {1, 0, 0, 0, 0};
    assertStatus(post(LIST_SERVICES, ByteString.fromArray(bytes)), Status.Code.INVALID_ARGUMENT);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/streamingcommands.v1.CommandService/Nothing", "/no.such.Service/Do"})
  void anUnknownRpcIsUnimplemented(String path) {
    assertStatus(post(path, frame()), Status.Code.UNIMPLEMENTED);
  }

  @Test
  void anUnknownRpcOfAStubIsUnimplemented() {
    CompletableFuture<Status> ended = new CompletableFuture<>();
    ClientCalls.asyncUnaryCall(
        api.channel()
            .newCall(RawCalls.method(MethodType.UNARY, "no.such.Service/Do"), CallOptions.DEFAULT),
        new byte[0],
        RawCalls.endOf(ended));
    assertThat(TestNode.await(ended).getCode()).isEqualTo(Status.Code.UNIMPLEMENTED);
  }

  @Test
  void whatIsNotGrpcIsNotFound() throws Exception {
    int status =
        HttpClient.newHttpClient()
            .send(
                java.net.http.HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + api.port() + "/anything"))
                    .version(HttpClient.Version.HTTP_1_1)
                    .build(),
                BodyHandlers.discarding())
            .statusCode();
    assertThat(status).isEqualTo(404);
  }

  @Test
  void aDispatchStreamOfBadFramesEndsWithAStatusAndTheConnectionGoesOn() {
    try (DispatchCaller other = DispatchCaller.open(api.channel())) {
      other.send(1, "echo", ApiNode.command(""));
      other.await();
      HttpResponse response =
          post(
              DISPATCH,
              HttpEntities.createChunked(
                  MediaTypes.applicationBinary("grpc", true).toContentType(),
                  Source.single(ByteString.fromString("garbage")).concat(Source.maybe())));
      assertThat(trailers(response)).contains("grpc-status: 3");
      other.send(2, "echo", ApiNode.command(""));
      assertThat(other.await().getOutcome().hasCompleted()).isTrue();
    }
  }

  @Test
  void aDispatchStreamEndsAtItsDeadline() {
    CompletableFuture<Status> ended = new CompletableFuture<>();
    RawCalls.withHeader(api.channel(), "grpc-timeout", "100m")
        .dispatch(RawCalls.endOf(ended))
        .onNext(
            org.streamingcommands.grpc.v1.DispatchRequest.newBuilder()
                .setSend(DispatchCaller.to("echo", ApiNode.command("")))
                .build());
    assertThat(TestNode.await(ended).getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
  }

  private static String trailers(HttpResponse response) {
    var parts =
        ((org.apache.pekko.http.javadsl.model.HttpEntity.Chunked) response.entity())
            .getChunks()
            .runWith(Sink.seq(), api.node.system());
    var all = TestNode.await(parts.toCompletableFuture());
    StringBuilder text = new StringBuilder();
    all.get(all.size() - 1).getTrailerHeaders().forEach(text::append);
    return text.toString();
  }

  private static ByteString frame() {
    return FrameBatch.of(ListServicesRequest.getDefaultInstance());
  }

  private static void assertServes() {
    assertThat(
            api.caller()
                .withDeadlineAfter(30, TimeUnit.SECONDS)
                .listServices(ListServicesRequest.getDefaultInstance())
                .getServicesCount())
        .isEqualTo(1);
  }

  private static void assertStatus(HttpResponse response, Status.Code code) {
    assertThat(response.status().intValue()).isEqualTo(200);
    assertThat(header(response, "grpc-status")).isEqualTo(Integer.toString(code.value()));
  }

  private static String header(HttpResponse response, String name) {
    return response.getHeader(name).orElseThrow().value();
  }

  private static HttpResponse post(String path, ByteString body, RawHeader... headers) {
    return post(
        path,
        HttpEntities.create(MediaTypes.applicationBinary("grpc", true).toContentType(), body),
        headers);
  }

  /** One request on a connection of its own, by HTTP/2 with prior knowledge. */
  private static HttpResponse post(String path, RequestEntity body, RawHeader... headers) {
    HttpRequest request = HttpRequest.POST("http://127.0.0.1" + path).withEntity(body);
    for (RawHeader header : headers) {
      request = request.addHeader(header);
    }
    CompletableFuture<HttpResponse> response = new CompletableFuture<>();
    CompletableFuture<Optional<HttpRequest>> noMore =
        Source.single(request)
            .concatMat(Source.<HttpRequest>maybe(), Keep.right())
            .via(
                Http.get(api.node.system())
                    .connectionTo("127.0.0.1")
                    .toPort(api.port())
                    .http2WithPriorKnowledge())
            .to(Sink.foreach(response::complete))
            .run(api.node.system());
    response.whenComplete((answered, failure) -> noMore.complete(Optional.empty()));
    return TestNode.await(response);
  }
}
