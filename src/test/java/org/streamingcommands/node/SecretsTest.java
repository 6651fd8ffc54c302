package org.streamingcommands.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.StringValue;
import com.nimbusds.jwt.JWTClaimsSet;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.streamingcommands.grpc.v1.CommandServiceGrpc;
import org.streamingcommands.grpc.v1.CommandSpec;
import org.streamingcommands.grpc.v1.Receipt;
import org.streamingcommands.grpc.v1.SendCommandToClientRequest;
import org.streamingcommands.security.TokenHash;
import org.streamingcommands.support.Overheard;
import org.streamingcommands.support.TestNode;
import org.streamingcommands.support.TestTokens;
import org.streamingcommands.testkit.ScriptedClient;

/** A node at DEBUG, tried with right and wrong tokens of every kind, repeats none of them. */
class SecretsTest {
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  private final TestTokens signer = new TestTokens();
  private final TestTokens forger = new TestTokens();
  private final String robot = TokenHash.newToken("robot-7");
  private final String operator = TokenHash.newToken("operator");
  private final Map<String, String> right = new LinkedHashMap<>();
  private final Map<String, String> wrong = new LinkedHashMap<>();
  private final List<String> told = new ArrayList<>();

  @TempDir private Path directory;

  @Test
  void noLogNoErrorAndNoFigureHoldsATokenOrAKey() throws Exception {
    right.put("token", robot);
    right.put("jwt", signer.hs256(claims()));
    wrong.put("unknown token", TokenHash.newToken("robot-7"));
    wrong.put("token of another", TokenHash.newToken("nobody"));
    wrong.put("forged jwt", forger.hs256(claims()));
    wrong.put("expired jwt", signer.hs256(claims().expirationTime(new java.util.Date(1000))));
    wrong.put("broken jwt", signer.hs256(claims()).replaceFirst("\\.[^.]*\\.", ".e30."));
    wrong.put("no token at all", "hunter2-hunter2-hunter2-hunter2");
    wrong.put("too long for a header", "hunter2-".repeat(4000));

    List<String> heard;
    try (Overheard overheard = new Overheard()) {
      Config config = config();
      told.addAll(ConfigCheck.problems(config));
      told.add(EffectiveConfig.render(config, true));
      try (StreamingNode node = StreamingNode.start(config)) {
        right.values().forEach(token -> knockAtEdge(node, token));
        wrong.values().forEach(token -> knockAtEdge(node, token));
        List<String> atApi = new ArrayList<>(wrong.values());
        atApi.add(operator);
        for (String token : atApi) {
          callApi(node, token);
          callHttp(node, token);
        }
        HttpResponse<String> figures =
            get("http://127.0.0.1:" + node.metricsAddress().orElseThrow().getPort() + "/metrics");
        assertThat(figures.body()).contains("streamingcommands_sends_total");
        told.add(figures.body());
      }
      heard = overheard.lines();
    }

    // It did speak: at DEBUG, of who came, and of the send.
    assertThat(heard).anyMatch(line -> line.contains("\"level\":\"DEBUG\""));
    assertThat(heard).anyMatch(line -> line.contains("streamingcommands.audit"));
    assertThat(heard).anyMatch(line -> line.contains("robot-7"));
    assertThat(heard)
        .filteredOn(line -> line.contains("} connected, session {}"))
        .as("a line for each connection")
        .hasSize(right.size());
    assertThat(told).anyMatch(line -> line.contains("UNAUTHENTICATED"));
    assertThat(told).anyMatch(line -> line.contains("the client is not connected"));
    for (String secret : secrets()) {
      assertThat(heard).as("the log").noneMatch(line -> line.contains(secret));
      assertThat(told).as("what callers see").noneMatch(line -> line.contains(secret));
    }
  }

  /** What gives one away: the part of a token that is not its name, a signature, a key. */
  private List<String> secrets() {
    List<String> secrets = new ArrayList<>();
    List<String> tokens = new ArrayList<>(right.values());
    tokens.addAll(wrong.values());
    tokens.add(operator);
    for (String token : tokens) {
      secrets.add(token.substring(token.lastIndexOf('.') + 1));
    }
    secrets.add(signer.shared.getKeyValue().toString());
    secrets.add(TokenHash.of(robot).toString());
    secrets.add(TokenHash.of(operator).toString());
    assertThat(secrets).allMatch(secret -> secret.length() > 16);
    return secrets;
  }

  private static JWTClaimsSet.Builder claims() {
    return TestTokens.client("bots", "robot-7", Duration.ofHours(1)).issuer("acme");
  }

  private Config config() {
    return ConfigFactory.parseString(
            """
            pekko.loglevel = DEBUG
            streaming-commands {
              audit = on
              metrics { enabled = on, port = 0 }
              edge.auth = [jwt, token]
              api.auth = [jwt, token]
              services.bots {}
              security {
                jwt { jwks = "%s", algorithms = [HS256], issuer = acme }
                roles.operator.grants = [{ actions = [send, list], services = ["*"] }]
                principals {
                  robot-7 { token = "%s", clients = ["bots/robot-7"] }
                  operator { token = "%s", roles = [operator] }
                }
              }
            }
            """
                .formatted(
                    signer.jwks(directory.resolve("jwks.json")),
                    TokenHash.of(robot),
                    TokenHash.of(operator)))
        .withFallback(TestNode.config());
  }

  /** Comes in with it, or does not, and shows it once more on the open stream. */
  private void knockAtEdge(StreamingNode node, String token) {
    try (ScriptedClient client =
        ScriptedClient.dial(node.edgeAddress(), InsecureChannelCredentials.create(), token)) {
      client.hello("bots", "robot-7");
      if (right.containsValue(token)) {
        client.awaitWelcome();
        client.renew(wrong.get("forged jwt"));
      }
      told.add(client.awaitEnd().toString());
    }
  }

  private void callApi(StreamingNode node, String token) {
    ManagedChannel channel =
        NettyChannelBuilder.forAddress(node.apiAddress()).usePlaintext().build();
    try {
      Metadata headers = new Metadata();
      headers.put(AUTHORIZATION, "Bearer " + token);
      told.add(
          CommandServiceGrpc.newBlockingStub(channel)
              .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
              .sendCommandToClient(
                  SendCommandToClientRequest.newBuilder()
                      .setService("bots")
                      .setClientId("nobody")
                      .setWaitFor(Receipt.RECEIPT_SENT)
                      .setCommand(
                          CommandSpec.newBuilder().setPayload(Any.pack(StringValue.of("x"))))
                      .build())
              .toString());
    } catch (StatusRuntimeException e) {
      told.add(e.getStatus() + " " + e.getTrailers());
    } finally {
      channel.shutdownNow();
    }
  }

  private void callHttp(StreamingNode node, String token) throws Exception {
    InetSocketAddress api = node.apiAddress();
    for (String scheme : List.of("Bearer ", "Basic ", "")) {
      HttpResponse<String> answer =
          get(
              "http://127.0.0.1:" + api.getPort() + "/v1/services/bots/clients/nobody",
              "Authorization",
              scheme + token);
      told.add(answer.statusCode() + " " + answer.headers().map() + " " + answer.body());
    }
  }

  private static HttpResponse<String> get(String uri, String... headers) throws Exception {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(uri));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofString());
  }
}
