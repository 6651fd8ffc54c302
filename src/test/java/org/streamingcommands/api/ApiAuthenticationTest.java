package org.streamingcommands.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.streamingcommands.api.SecuredApi.OPERATOR;
import static org.streamingcommands.api.SecuredApi.VIEWER;
import static org.streamingcommands.api.SecuredApi.assertRefused;
import static org.streamingcommands.api.SecuredApi.minute;
import static org.streamingcommands.api.SecuredApi.send;

import com.google.protobuf.StringValue;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.streamingcommands.client.SendOptions;
import org.streamingcommands.client.StreamingCommandClient;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.connection.Refusal;
import org.streamingcommands.credentials.BearerToken;
import org.streamingcommands.credentials.Tls;
import org.streamingcommands.credentials.TokenSource;
import org.streamingcommands.grpc.v1.ClientIds;
import org.streamingcommands.grpc.v1.CommandServiceGrpc;
import org.streamingcommands.grpc.v1.CommandServiceGrpc.CommandServiceBlockingStub;
import org.streamingcommands.grpc.v1.ExecuteCommandRequest;
import org.streamingcommands.grpc.v1.ExecuteCommandResponse;
import org.streamingcommands.grpc.v1.ListClientsRequest;
import org.streamingcommands.grpc.v1.ListServicesRequest;
import org.streamingcommands.grpc.v1.SendToManyRequest;
import org.streamingcommands.grpc.v1.SendToManyResponse;
import org.streamingcommands.grpc.v1.WatchClientsRequest;
import org.streamingcommands.grpc.v1.WatchClientsResponse;
import org.streamingcommands.support.TestAuthority;
import org.streamingcommands.support.TestNode;
import org.streamingcommands.support.TestTokens;
import org.streamingcommands.testkit.ScriptedClient;

/** Who is let in at the api, over TLS, for how long, and who is not. */
class ApiAuthenticationTest {
  @TempDir static Path directory;
  private static SecuredApi api;

  @BeforeAll
  static void start() {
    api = SecuredApi.start(directory);
  }

  @AfterAll
  static void stop() {
    api.close();
  }

  @Test
  void anAddressThatOthersReachNeedsTlsAndAuthentication() {
    try (TestNode bare = TestNode.start("api.host = \"0.0.0.0\"")) {
      ApiSettings settings =
          ApiSettings.from(bare.system().settings().config().getConfig("streaming-commands.api"));
      assertThatThrownBy(() -> ApiServer.start(bare.system(), settings, bare.connections()))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContainingAll("streaming-commands.api.tls.certificate", "api.auth");
    }
  }

  @Test
  void aStrangerIsRefusedByEveryRpc() {
    for (String token :
        List.of("", "operator.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "a.b.c")) {
      CommandServiceBlockingStub stranger = api.caller(token);
      assertRefused(Status.Code.UNAUTHENTICATED, () -> send(stranger, StringValue.of("x")));
      assertRefused(
          Status.Code.UNAUTHENTICATED,
          () -> stranger.listClients(ListClientsRequest.getDefaultInstance()));
      assertRefused(
          Status.Code.UNAUTHENTICATED,
          () -> stranger.listServices(ListServicesRequest.getDefaultInstance()));
      assertRefused(
          Status.Code.UNAUTHENTICATED,
          () -> stranger.watchClients(WatchClientsRequest.getDefaultInstance()).next());
    }
  }

  @Test
  void whyIsSaidToCodeAndCounted() throws Exception {
    long strangers = api.refused(Refusal.NOT_AUTHENTICATED);
    StatusRuntimeException stranger =
        assertRefused(
            Status.Code.UNAUTHENTICATED, () -> send(api.caller("a.wrong"), StringValue.of("x")));
    assertThat(ApiNode.errorInfo(stranger).getReason()).isEqualTo("NOT_AUTHENTICATED");
    assertThat(api.get("/v1/services", "a.wrong").body())
        .contains("\"reason\":\"NOT_AUTHENTICATED\"");
    assertThat(api.refused(Refusal.NOT_AUTHENTICATED)).isEqualTo(strangers + 2);

    long forbidden = api.refused(Refusal.NOT_PERMITTED);
    assertRefused(
        Status.Code.PERMISSION_DENIED, () -> send(api.caller(VIEWER), StringValue.of("x")));
    assertThat(api.refused(Refusal.NOT_PERMITTED)).isEqualTo(forbidden + 1);

    long expired = api.refused(Refusal.EXPIRED);
    Iterator<WatchClientsResponse> changes =
        api.caller(api.brief("operator"))
            .watchClients(WatchClientsRequest.newBuilder().setService("bots").build());
    StatusRuntimeException late =
        assertRefused(Status.Code.UNAUTHENTICATED, () -> changes.forEachRemaining(change -> {}));
    assertThat(ApiNode.errorInfo(late).getReason()).isEqualTo("EXPIRED");
    assertThat(api.refused(Refusal.EXPIRED)).isEqualTo(expired + 1);
  }

  @Test
  void everyRouteIsGuardedByTheOneRule() throws Exception {
    assertThat(api.get("/v1/anything", "").statusCode()).isEqualTo(401);
    assertThat(api.get("/v1/anything", "wrong.token").statusCode()).isEqualTo(401);
    assertThat(api.get("/v1/anything", VIEWER).statusCode()).isEqualTo(404);
    assertThat(api.get("/anything", "").statusCode()).isEqualTo(401);
    assertThat(api.get("/anything", VIEWER).body()).isEqualTo("beside");
    assertThat(api.get("/", "").body()).isEqualTo("beside");
  }

  @Test
  void aStreamWhoseTokenExpiredIsMadeAnewWithTheNextOne() throws Exception {
    var lives = new java.util.concurrent.LinkedBlockingQueue<Duration>();
    lives.add(Duration.ofSeconds(2));
    TokenSource source =
        () -> {
          Duration life = lives.poll();
          return api.tokens()
              .es256(
                  TestTokens.client("", "ci", life == null ? Duration.ofHours(1) : life)
                      .claim("roles", List.of("operator")));
        };
    StreamingCommandClient<StringValue> client =
        StreamingCommandClient.remote(api.settings(OPERATOR).withToken(source), "bots", "bot-1");
    long until = System.nanoTime() + Duration.ofSeconds(4).toNanos();
    int asked = 0;
    while (System.nanoTime() < until) {
      Outcome<StringValue> outcome =
          client
              .ask(
                  StringValue.of("x"),
                  StringValue.class,
                  SendOptions.defaults().withTimeout(Duration.ofSeconds(30)))
              .get(60, TimeUnit.SECONDS);
      assertThat(outcome).as("ask " + ++asked).isInstanceOf(Outcome.Completed.class);
    }
    assertThat(lives).isEmpty();
  }

  @Test
  void aWatchEndsWhenTheTokenDoes() {
    String token =
        api.tokens()
            .rs256(
                TestTokens.client("", "ci", Duration.ofSeconds(2))
                    .claim("roles", List.of("viewer")));
    Iterator<WatchClientsResponse> changes =
        api.caller(token).watchClients(WatchClientsRequest.newBuilder().setService("bots").build());
    assertRefused(
        Status.Code.UNAUTHENTICATED,
        () -> {
          while (changes.hasNext()) {
            changes.next();
          }
        });
  }

  @Test
  void anExecuteEndsWhenTheTokenDoes() {
    try (ScriptedClient silent = api.node().connect("silent-1")) {
      Iterator<ExecuteCommandResponse> steps =
          api.caller(api.brief("operator"))
              .executeCommand(
                  ExecuteCommandRequest.newBuilder()
                      .setService("bots")
                      .setClientId("silent-1")
                      .setCommand(minute("e1"))
                      .build());
      silent.awaitCommand();
      assertRefused(Status.Code.UNAUTHENTICATED, () -> steps.forEachRemaining(step -> {}));
    }
  }

  @Test
  void aBroadcastStopsWhenTheTokenEnds() {
    try (ScriptedClient first = api.node().connect("silent-2");
        ScriptedClient second = api.node().connect("silent-3")) {
      Iterator<SendToManyResponse> outcomes =
          api.caller(api.brief("operator"))
              .sendToMany(
                  SendToManyRequest.newBuilder()
                      .setService("bots")
                      .setClientIds(ClientIds.newBuilder().addIds("silent-2").addIds("silent-3"))
                      .setMaxConcurrency(1)
                      .setCommand(minute("b1"))
                      .build());
      String begun = first.awaitCommand().getCommandId();
      assertRefused(Status.Code.UNAUTHENTICATED, () -> outcomes.forEachRemaining(outcome -> {}));
      first.complete(begun, "too late to go on");
      // Whatever the second were sent would come before this.
      api.node().send("silent-3", TestNode.command("afterwards", "x"));
      assertThat(second.awaitCommand().getCommandId()).isEqualTo("afterwards");
    }
  }

  @Test
  void aCertificateIsItsPrincipal() {
    var ops = api.authority().client("ops", "CN=ops.acme");
    send(
        api.caller(Tls.trusting(api.authority().file()).withIdentity(ops.chain(), ops.key()), ""),
        StringValue.of("x"));
    var other = api.authority().client("other", "CN=bots/robot-7");
    assertRefused(
        Status.Code.PERMISSION_DENIED,
        () ->
            send(
                api.caller(
                    Tls.trusting(api.authority().file()).withIdentity(other.chain(), other.key()),
                    ""),
                StringValue.of("x")));
  }

  @Test
  void aNewCertificateIsUsedWithoutARestart() throws Exception {
    Path chain = directory.resolve("live.pem");
    Path key = directory.resolve("live.key");
    var first = api.authority().server("live-first");
    var second = api.authority().server("live-second");
    copy(first, chain, key);
    String[] tls =
        TestAuthority.listener(
            "api", new TestAuthority.Identity(chain, key), api.authority().file());
    String[] keys = Arrays.copyOf(tls, tls.length + 1);
    keys[tls.length] = "security.reload-interval = 20 ms";
    try (ApiNode live = ApiNode.start(keys)) {
      assertThat(TestAuthority.shownBy(live.port())).isEqualTo(read(first.chain()));
      copy(second, chain, key);
      long until = System.nanoTime() + TestNode.PATIENCE.toNanos();
      while (!TestAuthority.shownBy(live.port()).equals(read(second.chain()))) {
        assertThat(System.nanoTime()).as("the new certificate never came").isLessThan(until);
      }
    }
  }

  @Test
  void aTokenIsNotSentInTheClearToAnotherMachine() {
    // 192.0.2.1 is nobody's; the transport says where it leads before anything is sent.
    BearerToken credentials = new BearerToken(TokenSource.of(OPERATOR));
    assertThat(credentials.toString()).doesNotContain(OPERATOR);
    CompletableFuture<Status> refused = new CompletableFuture<>();
    credentials.applyRequestMetadata(
        new io.grpc.CallCredentials.RequestInfo() {
          @Override
          public io.grpc.MethodDescriptor<?, ?> getMethodDescriptor() {
            return CommandServiceGrpc.getDispatchMethod();
          }

          @Override
          public io.grpc.SecurityLevel getSecurityLevel() {
            return io.grpc.SecurityLevel.NONE;
          }

          @Override
          public String getAuthority() {
            return "192.0.2.1";
          }

          @Override
          public io.grpc.Attributes getTransportAttrs() {
            return io.grpc.Attributes.newBuilder()
                .set(
                    io.grpc.Grpc.TRANSPORT_ATTR_REMOTE_ADDR,
                    new java.net.InetSocketAddress("192.0.2.1", 7500))
                .build();
          }
        },
        Runnable::run,
        new io.grpc.CallCredentials.MetadataApplier() {
          @Override
          public void apply(io.grpc.Metadata headers) {
            refused.completeExceptionally(new AssertionError("it was sent: " + headers.keys()));
          }

          @Override
          public void fail(Status status) {
            refused.complete(status);
          }
        });
    assertThat(TestNode.await(refused).getDescription()).contains("TLS");
  }

  @Test
  void inTheClearNobodyGetsAnAnswer() {
    ManagedChannel channel =
        NettyChannelBuilder.forAddress("127.0.0.1", api.port(), InsecureChannelCredentials.create())
            .build();
    try {
      assertRefused(
          Status.Code.UNAVAILABLE,
          () -> send(CommandServiceGrpc.newBlockingStub(channel), StringValue.of("x")));
    } finally {
      channel.shutdownNow();
    }
  }

  private static java.security.cert.X509Certificate read(Path chain) {
    return org.streamingcommands.credentials.PemFiles.certificates(chain)[0];
  }

  private static void copy(TestAuthority.Identity from, Path chain, Path key) throws IOException {
    Files.copy(from.chain(), chain, StandardCopyOption.REPLACE_EXISTING);
    Files.copy(from.key(), key, StandardCopyOption.REPLACE_EXISTING);
  }
}
