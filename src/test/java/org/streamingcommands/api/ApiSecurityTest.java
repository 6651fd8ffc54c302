package org.streamingcommands.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.Any;
import com.google.protobuf.BoolValue;
import com.google.protobuf.StringValue;
import com.google.rpc.ErrorInfo;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.protobuf.StatusProto;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.streamingcommands.client.CommandClientSettings;
import org.streamingcommands.client.RemoteConnections;
import org.streamingcommands.client.SendOptions;
import org.streamingcommands.client.StreamingCommandClient;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.command.Reason;
import org.streamingcommands.credentials.BearerToken;
import org.streamingcommands.credentials.Tls;
import org.streamingcommands.credentials.TokenSource;
import org.streamingcommands.grpc.v1.CancelCommandRequest;
import org.streamingcommands.grpc.v1.ClientIds;
import org.streamingcommands.grpc.v1.CommandServiceGrpc;
import org.streamingcommands.grpc.v1.CommandServiceGrpc.CommandServiceBlockingStub;
import org.streamingcommands.grpc.v1.CommandSpec;
import org.streamingcommands.grpc.v1.DisconnectClientRequest;
import org.streamingcommands.grpc.v1.ListClientsRequest;
import org.streamingcommands.grpc.v1.ListServicesRequest;
import org.streamingcommands.grpc.v1.SendToManyRequest;
import org.streamingcommands.grpc.v1.WatchClientsRequest;
import org.streamingcommands.grpc.v1.WatchClientsResponse;
import org.streamingcommands.security.TokenHash;
import org.streamingcommands.support.TestAuthority;
import org.streamingcommands.support.TestNode;
import org.streamingcommands.support.TestTokens;

/** Who may do what at the api, over TLS, and what an attacker tries. */
class ApiSecurityTest {
  private static final String OPERATOR = TokenHash.newToken("operator");
  private static final String SENDER = TokenHash.newToken("sender");
  private static final String VIEWER = TokenHash.newToken("viewer");
  private static final String SLOW = TokenHash.newToken("slow");
  private static final List<ManagedChannel> CHANNELS = new CopyOnWriteArrayList<>();
  private static final TestTokens TOKENS = new TestTokens();

  @TempDir static Path directory;
  private static TestAuthority authority;
  private static TestNode node;
  private static ApiServer api;
  private static EchoBot bot;

  @BeforeAll
  static void start() {
    authority = new TestAuthority(directory, "acme");
    TOKENS.publicJwks(directory.resolve("jwks.json"));
    String[] tls = TestAuthority.listener("api", authority.server("api"), authority.file());
    String[] keys = Arrays.copyOf(tls, tls.length + 1);
    keys[tls.length] =
        """
        api.auth = [certificate, jwt, token]
        streaming-commands.security {
          jwt.jwks = "%s"
          jwt.clock-skew = 0 s
          roles {
            operator.grants = [{ actions = [send, broadcast, list, disconnect], services = ["*"] }]
            sender.grants = [{ actions = [send], services = [bots], types = ["google.protobuf.String*"] }]
            viewer.grants = [{ actions = [list], services = [bots] }]
          }
          principals {
            operator { token = "%s", roles = [operator] }
            sender { token = "%s", roles = [sender] }
            viewer { token = "%s", roles = [viewer] }
            slow { token = "%s", roles = [operator], max-rate = 1, max-connections = 1 }
            ops { certificate = "ops.acme", roles = [operator] }
          }
        }
        """
            .formatted(
                directory.resolve("jwks.json"),
                TokenHash.of(OPERATOR),
                TokenHash.of(SENDER),
                TokenHash.of(VIEWER),
                TokenHash.of(SLOW));
    node = TestNode.start(keys);
    api =
        TestNode.await(
            ApiServer.on(
                    node.system(),
                    ApiSettings.from(
                        node.system().settings().config().getConfig("streaming-commands.api")),
                    node.connections())
                .openPaths(Set.of("/"))
                .beside(
                    request ->
                        CompletableFuture.completedFuture(
                            org.apache.pekko.http.javadsl.model.HttpResponse.create()
                                .withEntity("beside")))
                .start()
                .toCompletableFuture());
    bot = EchoBot.connect(node.connections(), "bot-1");
  }

  @AfterAll
  static void stop() {
    CHANNELS.forEach(ManagedChannel::shutdownNow);
    RemoteConnections.closeAll();
    bot.leave();
    TestNode.await(api.stop().toCompletableFuture());
    node.close();
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
      CommandServiceBlockingStub stranger = caller(token);
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
  void everyRouteIsGuardedByTheOneRule() throws Exception {
    assertThat(get("/v1/anything", "").statusCode()).isEqualTo(401);
    assertThat(get("/v1/anything", "wrong.token").statusCode()).isEqualTo(401);
    assertThat(get("/v1/anything", VIEWER).statusCode()).isEqualTo(404);
    assertThat(get("/anything", "").statusCode()).isEqualTo(401);
    assertThat(get("/anything", VIEWER).body()).isEqualTo("beside");
    assertThat(get("/", "").body()).isEqualTo("beside");
  }

  @Test
  void aRolePermitsItsActionsItsServicesAndItsTypesOnly() throws Exception {
    CommandServiceBlockingStub sender = caller(SENDER);
    send(sender, StringValue.of("permitted"));
    StatusRuntimeException wrongType =
        assertRefused(Status.Code.PERMISSION_DENIED, () -> send(sender, BoolValue.of(true)));
    assertThat(
            StatusProto.fromThrowable(wrongType).getDetails(0).unpack(ErrorInfo.class).getReason())
        .isEqualTo("NOT_PERMITTED");
    assertRefused(
        Status.Code.PERMISSION_DENIED, () -> sender.sendToMany(toMany(StringValue.of("x"))).next());
    assertRefused(
        Status.Code.PERMISSION_DENIED,
        () -> sender.listClients(ListClientsRequest.newBuilder().setService("bots").build()));
    assertRefused(
        Status.Code.PERMISSION_DENIED,
        () ->
            sender.disconnectClient(
                DisconnectClientRequest.newBuilder()
                    .setService("bots")
                    .setClientId("bot-1")
                    .build()));
    assertThat(sender.listServices(ListServicesRequest.getDefaultInstance()).getServicesList())
        .isEmpty();
  }

  @Test
  void whoMayOnlyLookDoesNotSendAndDoesNotCancel() {
    CommandServiceBlockingStub viewer = caller(VIEWER);
    viewer.listClients(ListClientsRequest.newBuilder().setService("bots").build());
    assertRefused(Status.Code.PERMISSION_DENIED, () -> send(viewer, StringValue.of("x")));
    assertRefused(
        Status.Code.PERMISSION_DENIED,
        () ->
            viewer.cancelCommand(
                CancelCommandRequest.newBuilder()
                    .setService("bots")
                    .setClientId("bot-1")
                    .setCommandId("c1")
                    .build()));
    assertRefused(
        Status.Code.PERMISSION_DENIED,
        () -> viewer.listClients(ListClientsRequest.getDefaultInstance()));
  }

  @Test
  void aServiceThatOneMayNotUseLooksLikeOneThatIsNotThere() {
    CommandServiceBlockingStub viewer = caller(VIEWER);
    for (String service : List.of("secret", "nowhere")) {
      assertRefused(
          Status.Code.PERMISSION_DENIED,
          () -> viewer.listClients(ListClientsRequest.newBuilder().setService(service).build()));
    }
  }

  @Test
  void theSharedStreamAsksForEveryCommand() throws Exception {
    StreamingCommandClient<com.google.protobuf.Message> client =
        StreamingCommandClient.remote(settings(SENDER), "bots", "bot-1");
    assertThat(client.ask(StringValue.of("a"), StringValue.class).get(30, TimeUnit.SECONDS))
        .isInstanceOf(Outcome.Completed.class);
    Outcome<StringValue> refused =
        client.ask(BoolValue.of(true), StringValue.class).get(30, TimeUnit.SECONDS);
    assertThat(refused)
        .isInstanceOfSatisfying(
            Outcome.Undelivered.class,
            undelivered -> assertThat(undelivered.reason()).isEqualTo(Reason.NOT_PERMITTED));
  }

  @Test
  void aStreamWhoseTokenExpiredIsMadeAnewWithTheNextOne() throws Exception {
    var lives = new java.util.concurrent.LinkedBlockingQueue<Duration>();
    lives.add(Duration.ofSeconds(2));
    TokenSource source =
        () -> {
          Duration life = lives.poll();
          return TOKENS.es256(
              TestTokens.client("", "ci", life == null ? Duration.ofHours(1) : life)
                  .claim("roles", List.of("operator")));
        };
    StreamingCommandClient<StringValue> client =
        StreamingCommandClient.remote(settings(OPERATOR).withToken(source), "bots", "bot-1");
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
        TOKENS.rs256(
            TestTokens.client("", "ci", Duration.ofSeconds(2)).claim("roles", List.of("viewer")));
    Iterator<WatchClientsResponse> changes =
        caller(token).watchClients(WatchClientsRequest.newBuilder().setService("bots").build());
    assertRefused(
        Status.Code.UNAUTHENTICATED,
        () -> {
          while (changes.hasNext()) {
            changes.next();
          }
        });
  }

  @Test
  void rolesOfATokenThatNobodyDefinedPermitNothing() {
    String token =
        TOKENS.es256(
            TestTokens.client("", "ci", Duration.ofHours(1)).claim("roles", List.of("root", "*")));
    assertRefused(Status.Code.PERMISSION_DENIED, () -> send(caller(token), StringValue.of("x")));
  }

  @Test
  void aCertificateIsItsPrincipal() {
    var ops = authority.client("ops", "CN=ops.acme");
    send(
        caller(Tls.trusting(authority.file()).withIdentity(ops.chain(), ops.key()), ""),
        StringValue.of("x"));
    var other = authority.client("other", "CN=bots/robot-7");
    assertRefused(
        Status.Code.PERMISSION_DENIED,
        () ->
            send(
                caller(Tls.trusting(authority.file()).withIdentity(other.chain(), other.key()), ""),
                StringValue.of("x")));
  }

  @Test
  void oneWhoSendsTooFastIsHeldBackAndNobodyElse() {
    CommandServiceBlockingStub slow = caller(SLOW);
    StatusRuntimeException refused =
        assertRefused(
            Status.Code.RESOURCE_EXHAUSTED,
            () -> {
              for (int i = 0; i < 1000; i++) {
                send(slow, StringValue.of("x"));
              }
            });
    assertThat(refused.getStatus().getDescription()).contains("slow");
    send(caller(OPERATOR), StringValue.of("x"));
  }

  @Test
  void onePrincipalHasOnlySoManyStreams() {
    CommandServiceBlockingStub slow = caller(SLOW);
    Iterator<WatchClientsResponse> first =
        slow.watchClients(WatchClientsRequest.newBuilder().setService("bots").build());
    first.next();
    assertRefused(
        Status.Code.RESOURCE_EXHAUSTED,
        () ->
            slow.watchClients(WatchClientsRequest.newBuilder().setService("bots").build()).next());
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
        NettyChannelBuilder.forAddress(
                "127.0.0.1", api.address().getPort(), InsecureChannelCredentials.create())
            .build();
    try {
      assertRefused(
          Status.Code.UNAVAILABLE,
          () -> send(CommandServiceGrpc.newBlockingStub(channel), StringValue.of("x")));
    } finally {
      channel.shutdownNow();
    }
  }

  // ---- helpers ------------------------------------------------------------------------------

  private static CommandClientSettings settings(String token) {
    return CommandClientSettings.of("127.0.0.1:" + api.address().getPort())
        .withTls(Tls.trusting(authority.file()))
        .withToken(TokenSource.of(token));
  }

  private static CommandServiceBlockingStub caller(String token) {
    return caller(Tls.trusting(authority.file()), token);
  }

  private static CommandServiceBlockingStub caller(Tls tls, String token) {
    ManagedChannel channel =
        NettyChannelBuilder.forAddress(
                "127.0.0.1", api.address().getPort(), tls.channelCredentials())
            .build();
    CHANNELS.add(channel);
    CommandServiceBlockingStub stub =
        CommandServiceGrpc.newBlockingStub(channel)
            .withDeadlineAfter(TestNode.PATIENCE.toSeconds(), TimeUnit.SECONDS);
    return token.isEmpty()
        ? stub
        : stub.withCallCredentials(new BearerToken(TokenSource.of(token)));
  }

  private static void send(CommandServiceBlockingStub caller, com.google.protobuf.Message payload) {
    caller.sendCommandToClient(
        ApiNode.send("bot-1", CommandSpec.newBuilder().setPayload(Any.pack(payload))).build());
  }

  private static SendToManyRequest toMany(com.google.protobuf.Message payload) {
    return SendToManyRequest.newBuilder()
        .setService("bots")
        .setClientIds(ClientIds.newBuilder().addIds("bot-1"))
        .setCommand(CommandSpec.newBuilder().setPayload(Any.pack(payload)))
        .build();
  }

  private static StatusRuntimeException assertRefused(Status.Code code, Runnable call) {
    StatusRuntimeException refused = catchThrowableOfType(StatusRuntimeException.class, call::run);
    assertThat(refused).as("it was let in").isNotNull();
    assertThat(refused.getStatus().getCode()).as(refused.getMessage()).isEqualTo(code);
    return refused;
  }

  private static HttpResponse<String> get(String path, String token) throws Exception {
    var context = javax.net.ssl.SSLContext.getInstance("TLS");
    var trust = io.grpc.util.AdvancedTlsX509TrustManager.newBuilder().build();
    trust.updateTrustCredentials(authority.file().toFile());
    context.init(null, new javax.net.ssl.TrustManager[] {trust}, null);
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("https://localhost:" + api.address().getPort() + path));
    if (!token.isEmpty()) {
      request.header("Authorization", "Bearer " + token);
    }
    return HttpClient.newBuilder()
        .sslContext(context)
        .build()
        .send(request.build(), HttpResponse.BodyHandlers.ofString());
  }
}
