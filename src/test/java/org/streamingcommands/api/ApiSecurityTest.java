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
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
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
import org.streamingcommands.command.CancelResult;
import org.streamingcommands.command.ClientKey;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.command.Reason;
import org.streamingcommands.connection.Refusal;
import org.streamingcommands.connection.SendObserver;
import org.streamingcommands.connection.Sender;
import org.streamingcommands.credentials.BearerToken;
import org.streamingcommands.credentials.Tls;
import org.streamingcommands.credentials.TokenSource;
import org.streamingcommands.grpc.v1.CancelCommandRequest;
import org.streamingcommands.grpc.v1.ClientIds;
import org.streamingcommands.grpc.v1.CommandServiceGrpc;
import org.streamingcommands.grpc.v1.CommandServiceGrpc.CommandServiceBlockingStub;
import org.streamingcommands.grpc.v1.CommandSpec;
import org.streamingcommands.grpc.v1.DisconnectClientRequest;
import org.streamingcommands.grpc.v1.ExecuteCommandRequest;
import org.streamingcommands.grpc.v1.ExecuteCommandResponse;
import org.streamingcommands.grpc.v1.GetCommandRequest;
import org.streamingcommands.grpc.v1.ListClientsRequest;
import org.streamingcommands.grpc.v1.ListServicesRequest;
import org.streamingcommands.grpc.v1.SendToManyRequest;
import org.streamingcommands.grpc.v1.SendToManyResponse;
import org.streamingcommands.grpc.v1.WatchClientsRequest;
import org.streamingcommands.grpc.v1.WatchClientsResponse;
import org.streamingcommands.security.TokenHash;
import org.streamingcommands.support.Overheard;
import org.streamingcommands.support.TestAuthority;
import org.streamingcommands.support.TestNode;
import org.streamingcommands.support.TestTokens;
import org.streamingcommands.testkit.ScriptedClient;

/** Who may do what at the api, over TLS, and what an attacker tries. */
class ApiSecurityTest {
  private static final String OPERATOR = TokenHash.newToken("operator");
  private static final String SENDER = TokenHash.newToken("sender");
  private static final String VIEWER = TokenHash.newToken("viewer");
  private static final String SLOW = TokenHash.newToken("slow");
  private static final String HASTY = TokenHash.newToken("hasty");
  private static final String CURIOUS = TokenHash.newToken("curious");
  private static final String SINGLE = TokenHash.newToken("single");
  private static final String SMALL = TokenHash.newToken("small");
  private static final String NARROW = TokenHash.newToken("narrow");
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
            slow { token = "%s", roles = [operator], max-rate = 1 }
            narrow { token = "%s", roles = [operator], max-connections = 1 }
            hasty { token = "%s", roles = [operator], max-rate = 1 }
            curious { token = "%s", roles = [operator], max-rate = 1 }
            single { token = "%s", roles = [operator], max-connections = 1 }
            small { token = "%s", roles = [operator], max-message-size = 100 B }
            ops { certificate = "ops.acme", roles = [operator] }
          }
        }
        """
            .formatted(
                directory.resolve("jwks.json"),
                TokenHash.of(OPERATOR),
                TokenHash.of(SENDER),
                TokenHash.of(VIEWER),
                TokenHash.of(SLOW),
                TokenHash.of(NARROW),
                TokenHash.of(HASTY),
                TokenHash.of(CURIOUS),
                TokenHash.of(SINGLE),
                TokenHash.of(SMALL));
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
  void whyIsSaidToCodeAndCounted() throws Exception {
    long strangers = refused(Refusal.NOT_AUTHENTICATED);
    StatusRuntimeException stranger =
        assertRefused(
            Status.Code.UNAUTHENTICATED, () -> send(caller("a.wrong"), StringValue.of("x")));
    assertThat(ApiNode.errorInfo(stranger).getReason()).isEqualTo("NOT_AUTHENTICATED");
    assertThat(get("/v1/services", "a.wrong").body()).contains("\"reason\":\"NOT_AUTHENTICATED\"");
    assertThat(refused(Refusal.NOT_AUTHENTICATED)).isEqualTo(strangers + 2);

    long forbidden = refused(Refusal.NOT_PERMITTED);
    assertRefused(Status.Code.PERMISSION_DENIED, () -> send(caller(VIEWER), StringValue.of("x")));
    assertThat(refused(Refusal.NOT_PERMITTED)).isEqualTo(forbidden + 1);

    long expired = refused(Refusal.EXPIRED);
    Iterator<WatchClientsResponse> changes =
        caller(brief("operator"))
            .watchClients(WatchClientsRequest.newBuilder().setService("bots").build());
    StatusRuntimeException late =
        assertRefused(Status.Code.UNAUTHENTICATED, () -> changes.forEachRemaining(change -> {}));
    assertThat(ApiNode.errorInfo(late).getReason()).isEqualTo("EXPIRED");
    assertThat(refused(Refusal.EXPIRED)).isEqualTo(expired + 1);
  }

  @Test
  void aRefusedSendIsALineOfTheAudit() {
    List<SendObserver.Refused> heard = new CopyOnWriteArrayList<>();
    Runnable unobserve =
        node.connections()
            .observe(
                new SendObserver() {
                  @Override
                  public Observation begins(
                      Sender by, ClientKey client, org.streamingcommands.command.Command command) {
                    return (outcome, nanos) -> {};
                  }

                  @Override
                  public void refused(Refused send) {
                    heard.add(send);
                  }
                });
    try (Overheard log = new Overheard()) {
      Runnable audit = node.connections().observe(new org.streamingcommands.ops.AuditLog());
      assertRefused(
          Status.Code.PERMISSION_DENIED, () -> send(caller(VIEWER), StringValue.of("secret")));
      assertRefused(
          Status.Code.PERMISSION_DENIED,
          () -> caller(VIEWER).sendToMany(toMany(StringValue.of("secret"))).hasNext());
      var shared =
          StreamingCommandClient.<com.google.protobuf.Message>remote(
              settings(SENDER), "bots", "bot-1");
      TestNode.await(shared.ask(BoolValue.of(true), StringValue.class));
      audit.run();
      assertThat(log.lines().stream().filter(line -> line.contains("was refused")))
          .hasSize(3)
          .anyMatch(line -> line.contains("viewer") && line.contains("NOT_PERMITTED"))
          .noneMatch(line -> line.contains("secret"));
    } finally {
      unobserve.run();
    }
    assertThat(heard)
        .extracting(send -> send.by().principal() + " " + send.clientId())
        .containsExactly("viewer bot-1", "viewer ", "sender bot-1");
  }

  private static long refused(Refusal why) {
    return node.connections().counters().refused(Refusal.Listener.API, why).sum();
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
  void anExecuteEndsWhenTheTokenDoes() {
    try (ScriptedClient silent = node.connect("silent-1")) {
      Iterator<ExecuteCommandResponse> steps =
          caller(brief("operator"))
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
    try (ScriptedClient first = node.connect("silent-2");
        ScriptedClient second = node.connect("silent-3")) {
      Iterator<SendToManyResponse> outcomes =
          caller(brief("operator"))
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
      node.send("silent-3", TestNode.command("afterwards", "x"));
      assertThat(second.awaitCommand().getCommandId()).isEqualTo("afterwards");
    }
  }

  @Test
  void executesAndBroadcastsCountAsConnections() {
    try (ScriptedClient silent = node.connect("silent-4")) {
      CommandServiceBlockingStub narrow = caller(NARROW);
      Iterator<WatchClientsResponse> only =
          narrow.watchClients(WatchClientsRequest.newBuilder().setService("bots").build());
      only.next();
      assertRefused(
          Status.Code.RESOURCE_EXHAUSTED,
          () ->
              narrow
                  .executeCommand(
                      ExecuteCommandRequest.newBuilder()
                          .setService("bots")
                          .setClientId("silent-4")
                          .setCommand(minute("e2"))
                          .build())
                  .hasNext());
      assertRefused(
          Status.Code.RESOURCE_EXHAUSTED,
          () -> narrow.sendToMany(toMany(StringValue.of("x"))).hasNext());
      // What was refused was not sent.
      node.send("silent-4", TestNode.command("afterwards", "x"));
      assertThat(silent.awaitCommand().getCommandId()).isEqualTo("afterwards");
    }
  }

  @Test
  void whoMaySendSomeTypesNeitherCancelsNorSeesCommandsOfOthers() throws Exception {
    try (ScriptedClient silent = node.connect("silent-5")) {
      CommandServiceBlockingStub sender = caller(SENDER);
      node.connections()
          .send(
              ClientKey.of("bots", "silent-5"),
              new org.streamingcommands.command.Command(
                  "secret",
                  Any.pack(BoolValue.of(true)),
                  Instant.now().plusSeconds(60),
                  org.streamingcommands.command.Priority.NORMAL,
                  "",
                  java.util.Map.of()),
              true,
              new org.streamingcommands.support.Heard());
      silent.awaitCommand();
      CancelCommandRequest cancel = cancel("silent-5", "secret");
      GetCommandRequest get =
          GetCommandRequest.newBuilder()
              .setService("bots")
              .setClientId("silent-5")
              .setCommandId("secret")
              .build();
      assertRefused(Status.Code.PERMISSION_DENIED, () -> sender.cancelCommand(cancel));
      assertRefused(Status.Code.PERMISSION_DENIED, () -> sender.getCommand(get));
      var client = StreamingCommandClient.remote(settings(SENDER), "bots", "silent-5");
      assertThat(client.cancel("secret").get(30, TimeUnit.SECONDS).verdict())
          .isNotEqualTo(CancelResult.Verdict.CANCELLED);
      assertThat(caller(VIEWER).getCommand(get).getUnderWay().getCommandId()).isEqualTo("secret");
      silent.complete("secret", "the answer");
      assertRefused(Status.Code.PERMISSION_DENIED, () -> sender.cancelCommand(cancel));
      assertRefused(Status.Code.PERMISSION_DENIED, () -> sender.getCommand(get));
    }
  }

  @Test
  void whoMaySendSomeTypesCancelsAndSeesThose() {
    try (ScriptedClient silent = node.connect("silent-6")) {
      CommandServiceBlockingStub sender = caller(SENDER);
      node.send("silent-6", TestNode.command("mine", "x"));
      silent.awaitCommand();
      assertThat(
              sender
                  .getCommand(
                      GetCommandRequest.newBuilder()
                          .setService("bots")
                          .setClientId("silent-6")
                          .setCommandId("mine")
                          .build())
                  .getUnderWay()
                  .getCommandId())
          .isEqualTo("mine");
      silent.complete("mine", "done");
      assertThat(sender.cancelCommand(cancel("silent-6", "mine")).getResult())
          .isIn(
              org.streamingcommands.grpc.v1.CancelResult.CANCEL_RESULT_TOO_LATE,
              org.streamingcommands.grpc.v1.CancelResult.CANCEL_RESULT_CANCELLED);
      assertThat(sender.cancelCommand(cancel("silent-6", "unheard-of")).getResult())
          .isEqualTo(org.streamingcommands.grpc.v1.CancelResult.CANCEL_RESULT_UNKNOWN_COMMAND);
    }
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
  void oneWhoSendsTooFastOverHttpIsToldSoInTheSameWords() throws Exception {
    HttpResponse<String> answer;
    int sent = 0;
    do {
      answer = post("/v1/services/bots/clients/bot-1/commands", HASTY);
    } while (answer.statusCode() == 200 && ++sent < 1000);
    assertThat(answer.statusCode()).isEqualTo(429);
    assertThat(answer.body())
        .contains("\"reason\":\"RATE_LIMITED\"", "\"certainty\":\"NOT_SENT\"", "hasty");
  }

  @Test
  void oneWhoListsTooFastIsHeldBackToo() {
    CommandServiceBlockingStub curious = caller(CURIOUS);
    ListClientsRequest list = ListClientsRequest.newBuilder().setService("bots").build();
    StatusRuntimeException refused =
        assertRefused(
            Status.Code.RESOURCE_EXHAUSTED,
            () -> {
              for (int i = 0; i < 1000; i++) {
                curious.listClients(list);
              }
            });
    assertThat(refused.getStatus().getDescription()).contains("curious");
    caller(OPERATOR).listClients(list);
  }

  @Test
  void onePrincipalSendsOnlySoMuchAtOnce() {
    CommandServiceBlockingStub small = caller(SMALL);
    send(small, StringValue.of("x"));
    StatusRuntimeException refused =
        assertRefused(
            Status.Code.RESOURCE_EXHAUSTED, () -> send(small, StringValue.of("x".repeat(200))));
    assertThat(refused.getStatus().getDescription())
        .contains("command.payload", "max-message-size of small is 100");
    send(caller(OPERATOR), StringValue.of("x".repeat(200)));
  }

  @Test
  void onePrincipalHasOnlySoManyStreams() {
    CommandServiceBlockingStub single = caller(SINGLE);
    WatchClientsRequest bots = WatchClientsRequest.newBuilder().setService("bots").build();
    Iterator<WatchClientsResponse> first = single.watchClients(bots);
    first.next();
    assertRefused(Status.Code.RESOURCE_EXHAUSTED, () -> single.watchClients(bots).next());
  }

  @Test
  void aNewCertificateIsUsedWithoutARestart() throws Exception {
    Path chain = directory.resolve("live.pem");
    Path key = directory.resolve("live.key");
    var first = authority.server("live-first");
    var second = authority.server("live-second");
    copy(first, chain, key);
    String[] tls =
        TestAuthority.listener("api", new TestAuthority.Identity(chain, key), authority.file());
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

  private static java.security.cert.X509Certificate read(Path chain) {
    return org.streamingcommands.credentials.PemFiles.certificates(chain)[0];
  }

  private static void copy(TestAuthority.Identity from, Path chain, Path key) throws IOException {
    Files.copy(from.chain(), chain, StandardCopyOption.REPLACE_EXISTING);
    Files.copy(from.key(), key, StandardCopyOption.REPLACE_EXISTING);
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

  /** A token that is good for two seconds. */
  private static String brief(String role) {
    return TOKENS.rs256(
        TestTokens.client("", "ci", Duration.ofSeconds(2)).claim("roles", List.of(role)));
  }

  private static CommandSpec.Builder minute(String id) {
    return ApiNode.command(id).setTimeout(com.google.protobuf.Duration.newBuilder().setSeconds(60));
  }

  private static CancelCommandRequest cancel(String client, String command) {
    return CancelCommandRequest.newBuilder()
        .setService("bots")
        .setClientId(client)
        .setCommandId(command)
        .build();
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
    return http(path, token, HttpRequest.newBuilder());
  }

  private static HttpResponse<String> post(String path, String token) throws Exception {
    return http(
        path,
        token,
        HttpRequest.newBuilder()
            .header("Content-Type", "application/json")
            .POST(
                HttpRequest.BodyPublishers.ofString(
                    """
                    {"payload": {"@type": "t/google.protobuf.StringValue", "value": "x"}}""")));
  }

  private static HttpResponse<String> http(String path, String token, HttpRequest.Builder request)
      throws Exception {
    var context = javax.net.ssl.SSLContext.getInstance("TLS");
    var trust = io.grpc.util.AdvancedTlsX509TrustManager.newBuilder().build();
    trust.updateTrustCredentials(authority.file().toFile());
    context.init(null, new javax.net.ssl.TrustManager[] {trust}, null);
    request.uri(URI.create("https://localhost:" + api.address().getPort() + path));
    if (!token.isEmpty()) {
      request.header("Authorization", "Bearer " + token);
    }
    return HttpClient.newBuilder()
        .sslContext(context)
        .build()
        .send(request.build(), HttpResponse.BodyHandlers.ofString());
  }
}
