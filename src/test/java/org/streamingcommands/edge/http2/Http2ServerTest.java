package org.streamingcommands.edge.http2;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.CallOptions;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.streamingcommands.support.RawHttp2;

/** The server on real sockets, called by grpc-java's client or by hand. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class Http2ServerTest {
  private static final int STREAM = 1;
  private static final int END_STREAM = 1;
  private static final byte[] HI = "hi".getBytes(StandardCharsets.UTF_8);

  private final Random random = new Random(7);

  private byte[] bytes(int size) {
    byte[] bytes = new byte[size];
    random.nextBytes(bytes);
    return bytes;
  }

  /** A message with its gRPC prefix. */
  private static byte[] prefixed(int flags, byte[] message) {
    return ByteBuffer.allocate(5 + message.length)
        .put((byte) flags)
        .putInt(message.length)
        .put(message)
        .array();
  }

  private static byte[] gzip(byte[] plain) throws Exception {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
      gzip.write(plain);
    }
    return packed.toByteArray();
  }

  private static <T> T await(CompletableFuture<T> future) throws Exception {
    return future.get(1, TimeUnit.MINUTES);
  }

  // ---- messages -----------------------------------------------------------------------------

  @ParameterizedTest
  @ValueSource(strings = {"identity", "gzip"})
  void messagesOfAnySizeComeAndGoAsTheyAre(String compression) throws Exception {
    try (EchoServer echo = new EchoServer()) {
      EchoCaller call =
          echo.call(CallOptions.DEFAULT.withCompression(compression)).reading(1_000_000);
      List<byte[]> sent = new ArrayList<>();
      for (int size :
          new int[] {
            0, 1, 5, 4_095, 4_097, 16_379, 16_384, 65_535, 1 << 20, (4 << 20) - 4_096, 3
          }) {
        sent.add(bytes(size));
      }
      for (int n = 0; n < 500; n++) {
        sent.add(bytes(random.nextInt(300)));
      }
      sent.forEach(call::send);
      call.done();
      for (byte[] message : sent) {
        assertThat(call.next()).isEqualTo(message);
      }
      assertThat(call.end().status()).isEqualTo(Status.OK);
    }
  }

  @Test
  void aMessageMayComeAByteAtATime() throws Exception {
    try (EchoServer echo = new EchoServer();
        RawHttp2 caller = new RawHttp2(echo.address())) {
      caller.open(STREAM, EchoServer.PATH, new String[0]);
      for (byte one : prefixed(0, HI)) {
        caller.frame(RawHttp2.DATA, 0, STREAM, new byte[] {one});
      }
      assertThat(await(caller.message())).isEqualTo(HI);
    }
  }

  @Test
  void manyCallsOfOneConnectionDoNotMeet() throws Exception {
    try (EchoServer echo = new EchoServer()) {
      List<EchoCaller> calls = new ArrayList<>();
      for (int n = 0; n < 50; n++) {
        calls.add(echo.call().reading(1_000));
      }
      for (int round = 0; round < 20; round++) {
        List<byte[]> sent = new ArrayList<>();
        for (EchoCaller call : calls) {
          sent.add(bytes(random.nextInt(20_000)));
          call.send(sent.get(sent.size() - 1));
        }
        for (int n = 0; n < calls.size(); n++) {
          assertThat(calls.get(n).next()).isEqualTo(sent.get(n));
        }
      }
    }
  }

  /** Once it has asked for nothing more, it takes no more than the window: the caller waits. */
  @Test
  void whatNobodyAsksForHoldsTheCallerBack() throws Exception {
    CompletableFuture<ServerCall<byte[], byte[]>> taken = new CompletableFuture<>();
    AtomicInteger received = new AtomicInteger();
    try (EchoServer echo =
        new EchoServer(
            (call, headers) -> {
              taken.complete(call);
              return new ServerCall.Listener<>() {
                @Override
                public void onMessage(byte[] message) {
                  received.incrementAndGet();
                  call.sendMessage(message);
                }
              };
            })) {
      int size = 64 << 10;
      int count = 40;
      EchoCaller call = echo.call().reading(count);
      for (int n = 0; n < count; n++) {
        call.send(bytes(size));
      }
      await(taken).request(1);
      call.next();
      assertThat(received).hasValue(1);
      await(taken).request(count - 1);
      for (int n = 1; n < count; n++) {
        assertThat(call.next()).hasSize(size);
      }
    }
  }

  @Test
  void aCallerThatReadsNothingMakesItsCallNotReadyUntilItReads() throws Exception {
    int size = 10_000;
    CompletableFuture<Integer> taken = new CompletableFuture<>();
    AtomicInteger sent = new AtomicInteger();
    int most = 2_000;
    try (EchoServer echo =
        new EchoServer(
            (call, headers) -> {
              call.sendHeaders(new Metadata());
              return new ServerCall.Listener<>() {
                @Override
                public void onReady() {
                  while (call.isReady() && sent.get() < most) {
                    call.sendMessage(new byte[size]);
                    sent.incrementAndGet();
                  }
                  taken.complete(sent.get());
                  if (sent.get() == most) {
                    call.close(Status.OK, new Metadata());
                  }
                }
              };
            })) {
      EchoCaller call = echo.call();
      assertThat(await(taken)).isLessThan(most);
      call.reading(most);
      for (int n = 0; n < most; n++) {
        assertThat(call.next()).hasSize(size);
      }
      assertThat(call.end().status()).isEqualTo(Status.OK);
    }
  }

  @Test
  void whatSeveralThreadsWriteInTurnKeepsItsOrder() throws Exception {
    int count = 5_000;
    ExecutorService other = Executors.newSingleThreadExecutor();
    try (EchoServer echo =
        new EchoServer(
            (call, headers) -> {
              call.sendHeaders(new Metadata());
              write(call, 0, count, other, GrpcCall.of(call).loop());
              return new ServerCall.Listener<>() {};
            })) {
      EchoCaller call = echo.call().reading(count);
      for (int n = 0; n < count; n++) {
        assertThat(ByteBuffer.wrap(call.next()).getInt()).isEqualTo(n);
      }
      assertThat(call.end().status()).isEqualTo(Status.OK);
    } finally {
      other.shutdownNow();
    }
  }

  /** One at a time, each on one of two threads by chance; the last ends the call. */
  private void write(
      ServerCall<byte[], byte[]> call, int n, int count, ExecutorService other, Loop loop) {
    (random.nextBoolean() ? other : loop.executor())
        .execute(
            () -> {
              if (n == count) {
                call.close(Status.OK, new Metadata());
                return;
              }
              call.sendMessage(ByteBuffer.allocate(4).putInt(n).array());
              write(call, n + 1, count, other, loop);
            });
  }

  // ---- headers and ends ---------------------------------------------------------------------

  @Test
  void headersComeAndGoInTextAndInBytes() throws Exception {
    Metadata.Key<byte[]> binary = Metadata.Key.of("some-bin", Metadata.BINARY_BYTE_MARSHALLER);
    Metadata.Key<String> text = Metadata.Key.of("some", Metadata.ASCII_STRING_MARSHALLER);
    byte[] value = bytes(50);
    try (EchoServer echo =
        new EchoServer(
            (call, headers) -> {
              Metadata back = new Metadata();
              back.put(binary, value);
              back.put(text, String.join("+", headers.getAll(text)));
              call.close(Status.ABORTED.withDescription("na\u00efve, 100 %\n"), back);
              return new ServerCall.Listener<>() {};
            })) {
      EchoCaller.End end = echo.call("some", "one", "some", "two").end();
      assertThat(end.status().getCode()).isEqualTo(Status.Code.ABORTED);
      assertThat(end.status().getDescription()).isEqualTo("na\u00efve, 100 %\n");
      assertThat(end.trailers().get(text)).isEqualTo("one+two");
      assertThat(end.trailers().get(binary)).isEqualTo(value);
    }
  }

  @Test
  void aHandlerThatThrowsEndsItsOwnCall() throws Exception {
    try (EchoServer echo =
        new EchoServer(
            (call, headers) ->
                new EchoServer.Echo(call, headers) {
                  @Override
                  public void onMessage(byte[] message) {
                    if (message.length == 0) {
                      throw new IllegalStateException("a bug");
                    }
                    super.onMessage(message);
                  }
                })) {
      EchoCaller good = echo.call().reading(2);
      EchoCaller bad = echo.call().reading(1).send(new byte[0]);
      assertThat(bad.end().status().getCode()).isEqualTo(Status.Code.UNKNOWN);
      assertThat(good.send(HI).next()).isEqualTo(HI);
    }
  }

  @Test
  void theEndOfACallCancelsItsContext() throws Exception {
    CompletableFuture<Void> cancelled = new CompletableFuture<>();
    try (EchoServer echo =
        new EchoServer(
            (call, headers) -> {
              Context.current().addListener(context -> cancelled.complete(null), Runnable::run);
              return new EchoServer.Echo(call, headers);
            })) {
      EchoCaller call = echo.call().reading(1).send(HI);
      call.next();
      assertThat(cancelled).isNotDone();
      call.cancel();
      await(cancelled);
    }
  }

  @Test
  void aCallThatOutlivesItsTimeoutIsEndedByTheServer() throws Exception {
    try (EchoServer echo = new EchoServer();
        RawHttp2 caller = new RawHttp2(echo.address())) {
      caller.open(STREAM, EchoServer.PATH, new String[] {"grpc-timeout", "20m"});
      assertThat(await(caller.status())).isEqualTo("4");
    }
  }

  // ---- what is wrong ------------------------------------------------------------------------

  @ParameterizedTest
  @CsvSource({
    "/test.Echo/Nothing, '', '', 12, Method not found: test.Echo/Nothing",
    "/test.Echo/Echo, grpc-encoding, snappy, 12, 'grpc-encoding: ''snappy'' is not known, gzip and identity are'",
    "/test.Echo/Echo, grpc-timeout, soon, 3, 'grpc-timeout: ''soon'' is not 1 to 8 digits and one of H M S m u n'",
    "/test.Echo/Echo, some-bin, %%%%, 13, Illegal base64 character 25"
  })
  void aCallThatCannotBeIsRefusedWithAReason(
      String path, String header, String value, String status, String message) throws Exception {
    try (EchoServer echo = new EchoServer();
        RawHttp2 caller = new RawHttp2(echo.address())) {
      caller.open(STREAM, path, header.isEmpty() ? new String[0] : new String[] {header, value});
      assertThat(await(caller.status())).isEqualTo(status);
      assertThat(await(caller.statusMessage())).isEqualTo(message);
      assertThat(await(caller.httpStatus())).isEqualTo("200");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "GET, /test.Echo/Echo, application/grpc, 405",
    "POST, /test.Echo/Echo, text/html, 415",
    "POST, /test.Echo/Echo, application/grpcx, 415",
    "POST, nowhere, application/grpc, 404"
  })
  void aRequestThatIsNoCallIsAnsweredInHttp(String method, String path, String type, String status)
      throws Exception {
    try (EchoServer echo = new EchoServer();
        RawHttp2 caller = new RawHttp2(echo.address())) {
      caller.request(
          STREAM,
          ":method",
          method,
          ":scheme",
          "http",
          ":path",
          path,
          ":authority",
          "localhost",
          "content-type",
          type);
      assertThat(await(caller.httpStatus())).isEqualTo(status);
    }
  }

  @Test
  void bytesThatAreNoMessageEndTheCallWithAReason() throws Exception {
    byte[] tooLarge = {0, 0x7f, 0, 0, 0};
    byte[] bomb = prefixed(1, gzip(new byte[EchoServer.MAX_MESSAGE + 1]));
    record Case(byte[] sent, String[] headers, String status, String message) {}
    String[] none = {};
    String[] gzip = {"grpc-encoding", "gzip"};
    for (Case one :
        List.of(
            new Case(tooLarge, none, "8", "gRPC message exceeds maximum size 4194304: 2130706432"),
            new Case(bomb, gzip, "8", "the message is larger than 4194304 bytes"),
            new Case(prefixed(2, HI), none, "13", "gRPC frame header malformed"),
            new Case(
                prefixed(1, HI), none, "3", "a compressed message in a call without grpc-encoding"),
            new Case(prefixed(1, HI), gzip, "3", "a compressed message cannot be inflated"))) {
      try (EchoServer echo = new EchoServer();
          RawHttp2 caller = new RawHttp2(echo.address())) {
        caller.open(STREAM, EchoServer.PATH, one.headers);
        caller.frame(RawHttp2.DATA, 0, STREAM, one.sent);
        assertThat(await(caller.status())).isEqualTo(one.status);
        assertThat(await(caller.statusMessage())).startsWith(one.message);
      }
    }
  }

  @Test
  void thatTheCallerIsDoneIsToldOnceAndAfterWhatItSaid() throws Exception {
    List<String> told = new ArrayList<>();
    CompletableFuture<Void> over = new CompletableFuture<>();
    CompletableFuture<GrpcCall<byte[], byte[]>> taken = new CompletableFuture<>();
    try (EchoServer echo =
        new EchoServer(
            (call, headers) -> {
              taken.complete(GrpcCall.of(call));
              return new ServerCall.Listener<>() {
                @Override
                public void onMessage(byte[] message) {
                  told.add("message");
                  call.request(1);
                }

                @Override
                public void onHalfClose() {
                  told.add("done");
                  call.request(1);
                  GrpcCall.of(call).loop().executor().execute(() -> over.complete(null));
                }
              };
            })) {
      EchoCaller caller = echo.call().send(HI).send(HI).send(HI).done();
      GrpcCall<byte[], byte[]> call = await(taken);
      call.request(1);
      await(over);
      call.loop().executor().execute(() -> call.close(Status.OK, new Metadata()));
      assertThat(caller.end().status()).isEqualTo(Status.OK);
      assertThat(told).containsExactly("message", "message", "message", "done");
    }
  }

  @Test
  void aCallerThatIsDoneWithinAMessageIsTold() throws Exception {
    try (EchoServer echo = new EchoServer();
        RawHttp2 caller = new RawHttp2(echo.address())) {
      caller.open(STREAM, EchoServer.PATH, new String[0]);
      caller.frame(RawHttp2.DATA, END_STREAM, STREAM, new byte[] {0, 0, 0});
      assertThat(await(caller.status())).isEqualTo("13");
      assertThat(await(caller.statusMessage())).isEqualTo("Encountered end-of-stream mid-frame");
    }
  }

  /** Each breaks its own stream, for which the server must reset it: CVE-2025-55163. */
  @ParameterizedTest
  @ValueSource(ints = {0, Integer.MAX_VALUE})
  void whoMakesTheServerResetStreamAfterStreamIsHungUpOn(int increment) throws Exception {
    try (EchoServer echo = new EchoServer();
        RawHttp2 caller = new RawHttp2(echo.address())) {
      byte[] update = ByteBuffer.allocate(4).putInt(increment).array();
      // One too many, and nothing after it: what a server hangs up on takes its last words along.
      for (int n = 0; n <= ResetLimit.MOST; n++) {
        int stream = STREAM + 2 * n;
        caller.open(stream, EchoServer.PATH, new String[0]);
        caller.frame(RawHttp2.WINDOW_UPDATE, 0, stream, update);
      }
      assertThat(await(caller.goAway())).isEqualTo("11 too_many_resets");
      await(caller.closed());
    }
  }

  // ---- the end of the server ----------------------------------------------------------------

  @Test
  void aServerThatShutsDownLetsItsCallsEnd() throws Exception {
    try (EchoServer echo = new EchoServer()) {
      EchoCaller call = echo.call().reading(2).send(HI);
      call.next();
      echo.server().shutdown();
      assertThat(echo.server().isTerminated()).isFalse();
      assertThat(call.send(HI).next()).isEqualTo(HI);
      call.done();
      assertThat(call.end().status()).isEqualTo(Status.OK);
      assertThat(echo.server().awaitTermination(1, TimeUnit.MINUTES)).isTrue();
    }
  }

  @Test
  void aServerThatShutsDownNowDoesNot() throws Exception {
    try (EchoServer echo = new EchoServer()) {
      EchoCaller call = echo.call().reading(1).send(HI);
      call.next();
      echo.server().shutdownNow();
      assertThat(call.end().status().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
      assertThat(echo.server().awaitTermination(1, TimeUnit.MINUTES)).isTrue();
    }
  }

  @Test
  void aServerMayBeStoppedAgainAfterItsLoops() throws Exception {
    EchoServer echo = new EchoServer();
    echo.close();
    assertThat(echo.loops().group().terminationFuture().await(1, TimeUnit.MINUTES)).isTrue();
    echo.server().shutdown();
    echo.server().shutdownNow();
    assertThat(echo.server().isTerminated()).isTrue();
  }
}
