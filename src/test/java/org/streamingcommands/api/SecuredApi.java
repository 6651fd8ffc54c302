package org.streamingcommands.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.Any;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.streamingcommands.client.CommandClientSettings;
import org.streamingcommands.client.RemoteConnections;
import org.streamingcommands.connection.Refusal;
import org.streamingcommands.credentials.BearerToken;
import org.streamingcommands.credentials.Tls;
import org.streamingcommands.credentials.TokenSource;
import org.streamingcommands.grpc.v1.CancelCommandRequest;
import org.streamingcommands.grpc.v1.ClientIds;
import org.streamingcommands.grpc.v1.CommandServiceGrpc;
import org.streamingcommands.grpc.v1.CommandServiceGrpc.CommandServiceBlockingStub;
import org.streamingcommands.grpc.v1.CommandSpec;
import org.streamingcommands.grpc.v1.SendToManyRequest;
import org.streamingcommands.security.TokenHash;
import org.streamingcommands.support.TestAuthority;
import org.streamingcommands.support.TestNode;
import org.streamingcommands.support.TestTokens;

/** A node's api over TLS, with a principal for everything that callers may and may not do. */
final class SecuredApi implements AutoCloseable {
  static final String OPERATOR = TokenHash.newToken("operator");
  static final String SENDER = TokenHash.newToken("sender");
  static final String VIEWER = TokenHash.newToken("viewer");
  static final String SLOW = TokenHash.newToken("slow");
  static final String HASTY = TokenHash.newToken("hasty");
  static final String CURIOUS = TokenHash.newToken("curious");
  static final String SINGLE = TokenHash.newToken("single");
  static final String SMALL = TokenHash.newToken("small");
  static final String NARROW = TokenHash.newToken("narrow");

  private final TestTokens tokens = new TestTokens();
  private final List<ManagedChannel> channels = new CopyOnWriteArrayList<>();
  private final TestAuthority authority;
  private final TestNode node;
  private final ApiServer api;
  private final EchoBot bot;

  private SecuredApi(Path directory) {
    authority = new TestAuthority(directory, "acme");
    tokens.publicJwks(directory.resolve("jwks.json"));
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

  /**
   * @param directory for keys and certificates
   */
  static SecuredApi start(Path directory) {
    return new SecuredApi(directory);
  }

  @Override
  public void close() {
    channels.forEach(ManagedChannel::shutdownNow);
    RemoteConnections.closeAll();
    bot.leave();
    TestNode.await(api.stop().toCompletableFuture());
    node.close();
  }

  TestAuthority authority() {
    return authority;
  }

  TestTokens tokens() {
    return tokens;
  }

  TestNode node() {
    return node;
  }

  int port() {
    return api.address().getPort();
  }

  /** How many were turned away at the api for this. */
  long refused(Refusal why) {
    return node.connections().counters().refused(Refusal.Listener.API, why).sum();
  }

  /** A token that is good for two seconds. */
  String brief(String role) {
    return tokens.rs256(
        TestTokens.client("", "ci", Duration.ofSeconds(2)).claim("roles", List.of(role)));
  }

  static CommandSpec.Builder minute(String id) {
    return ApiNode.command(id).setTimeout(com.google.protobuf.Duration.newBuilder().setSeconds(60));
  }

  static CancelCommandRequest cancel(String client, String command) {
    return CancelCommandRequest.newBuilder()
        .setService("bots")
        .setClientId(client)
        .setCommandId(command)
        .build();
  }

  CommandClientSettings settings(String token) {
    return CommandClientSettings.of("127.0.0.1:" + port())
        .withTls(Tls.trusting(authority.file()))
        .withToken(TokenSource.of(token));
  }

  CommandServiceBlockingStub caller(String token) {
    return caller(Tls.trusting(authority.file()), token);
  }

  CommandServiceBlockingStub caller(Tls tls, String token) {
    ManagedChannel channel =
        NettyChannelBuilder.forAddress("127.0.0.1", port(), tls.channelCredentials()).build();
    channels.add(channel);
    CommandServiceBlockingStub stub =
        CommandServiceGrpc.newBlockingStub(channel)
            .withDeadlineAfter(TestNode.PATIENCE.toSeconds(), TimeUnit.SECONDS);
    return token.isEmpty()
        ? stub
        : stub.withCallCredentials(new BearerToken(TokenSource.of(token)));
  }

  static void send(CommandServiceBlockingStub caller, com.google.protobuf.Message payload) {
    caller.sendCommandToClient(
        ApiNode.send("bot-1", CommandSpec.newBuilder().setPayload(Any.pack(payload))).build());
  }

  static SendToManyRequest toMany(com.google.protobuf.Message payload) {
    return SendToManyRequest.newBuilder()
        .setService("bots")
        .setClientIds(ClientIds.newBuilder().addIds("bot-1"))
        .setCommand(CommandSpec.newBuilder().setPayload(Any.pack(payload)))
        .build();
  }

  static StatusRuntimeException assertRefused(Status.Code code, Runnable call) {
    StatusRuntimeException refused = catchThrowableOfType(StatusRuntimeException.class, call::run);
    assertThat(refused).as("it was let in").isNotNull();
    assertThat(refused.getStatus().getCode()).as(refused.getMessage()).isEqualTo(code);
    return refused;
  }

  HttpResponse<String> get(String path, String token) throws Exception {
    return http(path, token, HttpRequest.newBuilder());
  }

  HttpResponse<String> post(String path, String token) throws Exception {
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

  private HttpResponse<String> http(String path, String token, HttpRequest.Builder request)
      throws Exception {
    var context = javax.net.ssl.SSLContext.getInstance("TLS");
    var trust = io.grpc.util.AdvancedTlsX509TrustManager.newBuilder().build();
    trust.updateTrustCredentials(authority.file().toFile());
    context.init(null, new javax.net.ssl.TrustManager[] {trust}, null);
    request.uri(URI.create("https://localhost:" + port() + path));
    if (!token.isEmpty()) {
      request.header("Authorization", "Bearer " + token);
    }
    return HttpClient.newBuilder()
        .sslContext(context)
        .build()
        .send(request.build(), HttpResponse.BodyHandlers.ofString());
  }
}
