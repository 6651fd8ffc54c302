package org.streamingcommands.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.stub.StreamObserver;
import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.streamingcommands.security.TokenHash;

/** What a stranger, and whoever may do a little, gets from a whole node. */
@Timeout(120)
class NodeSecurityTest {
  private static final String SENDER = TokenHash.newToken("sender");
  private static final String VIEWER = TokenHash.newToken("viewer");
  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final String COMMAND =
      """
      {"payload": {"@type": "type.googleapis.com/google.protobuf.StringValue", "value": "x"},
       "timeout": "1s"}""";

  private static StreamingNode node;

  @BeforeAll
  static void start() {
    node =
        StreamingNode.start(
            ConfigFactory.parseString(
                    """
                    pekko.remote.artery.canonical.port = 0
                    streaming-commands {
                      edge { port = 0, auth = [token] }
                      api { port = 0, auth = [token] }
                      services { bots {}, secret {} }
                      security {
                        roles {
                          sender.grants = [{ actions = [send], services = [bots] }]
                          viewer.grants = [{ actions = [list], services = [bots] }]
                        }
                        principals {
                          sender { token = "%s", roles = [sender] }
                          viewer { token = "%s", roles = [viewer] }
                        }
                      }
                    }
                    """
                        .formatted(TokenHash.of(SENDER), TokenHash.of(VIEWER)))
                .withFallback(StreamingNode.config(Optional.empty())));
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  @Test
  void thePageIsForAllAndWhatItAsksForIsNot() throws Exception {
    assertThat(get("/", "").statusCode()).isEqualTo(200);
    assertThat(get("/dashboard/main.js", "").statusCode()).isEqualTo(200);
    for (String path :
        List.of("/v1/clients", "/v1/node", "/v1/services", "/openapi.json", "/dashboard/none")) {
      HttpResponse<String> refused = get(path, "");
      assertThat(refused.statusCode()).as(path).isEqualTo(401);
      assertThat(refused.headers().firstValue("WWW-Authenticate")).hasValue("Bearer");
      assertThat(refused.body()).contains("UNAUTHENTICATED").doesNotContain(VIEWER);
    }
  }

  @Test
  void whoMayListOneServiceSeesThatOneOnly() throws Exception {
    assertThat(get("/v1/services/bots/clients", VIEWER).statusCode()).isEqualTo(200);
    assertThat(get("/v1/services/bots/clients/b1/commands/c1", VIEWER).statusCode()).isEqualTo(404);
    // Nodes tell one another of their services, so that they are listed a little later.
    String listed = "";
    while (!listed.contains("bots")) {
      listed = get("/v1/services", VIEWER).body();
    }
    assertThat(get("/v1/services", VIEWER).body()).doesNotContain("secret");
    for (String path :
        List.of(
            "/v1/services/secret/clients",
            "/v1/services/secret/clients/b1",
            "/v1/services/secret/clients/b1/commands/c1",
            "/v1/clients",
            "/v1/sends",
            "/v1/sends?service=secret",
            "/v1/node")) {
      HttpResponse<String> refused = get(path, VIEWER);
      assertThat(refused.statusCode()).as(path).isEqualTo(403);
      assertThat(refused.body()).contains("NOT_PERMITTED");
    }
  }

  @Test
  void whoMayLookDoesNotActByHttpEither() throws Exception {
    String client = "/v1/services/bots/clients/b1";
    assertRefused(request(client + "/commands", VIEWER).POST(body(COMMAND)));
    assertRefused(
        request("/v1/services/bots/commands", VIEWER)
            .POST(body("{\"command\": " + COMMAND + ", \"selector\": \"\"}")));
    assertRefused(request(client, VIEWER).DELETE());
    assertRefused(request(client + "/commands/c1", VIEWER).DELETE());
    for (String token : List.of(VIEWER, SENDER)) {
      assertRefused(request("/v1/node/drain", token).POST(body("{\"stop\": true}")));
    }
    assertThat(request("/v1/node/drain", "").POST(body("{}")).build())
        .satisfies(
            stranger ->
                assertThat(HTTP.send(stranger, HttpResponse.BodyHandlers.ofString()).statusCode())
                    .isEqualTo(401));
    assertThat(get("/v1/services/bots/clients", VIEWER).statusCode()).isEqualTo(200);
  }

  @Test
  void aSendIsToldWithWhoSentIt() throws Exception {
    HttpRequest watch =
        HttpRequest.newBuilder(uri("/v1/sends?service=bots"))
            .header("Authorization", "Bearer " + VIEWER)
            .build();
    HttpResponse<InputStream> sends = HTTP.send(watch, HttpResponse.BodyHandlers.ofInputStream());
    assertThat(sends.statusCode()).isEqualTo(200);
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(sends.body(), StandardCharsets.UTF_8))) {
      HttpResponse<String> sent =
          HTTP.send(
              request("/v1/services/bots/clients/b1/commands", SENDER).POST(body(COMMAND)).build(),
              HttpResponse.BodyHandlers.ofString());
      assertThat(sent.body()).contains("NOT_CONNECTED");
      String line = lines.readLine();
      while (line != null && !line.contains("clientId")) {
        line = lines.readLine();
      }
      assertThat(line).contains("\"principal\":\"sender\"");
    }
  }

  @Test
  void anybodyMayAskWhetherItServesAndNobodyElseWhatItSpeaks() throws Exception {
    for (InetSocketAddress listener : List.of(node.apiAddress(), node.edgeAddress())) {
      ManagedChannel channel =
          NettyChannelBuilder.forAddress(listener).usePlaintext().directExecutor().build();
      try {
        assertThat(
                HealthGrpc.newBlockingStub(channel)
                    .check(HealthCheckRequest.getDefaultInstance())
                    .getStatus())
            .isEqualTo(ServingStatus.SERVING);
        assertThatThrownBy(() -> services(channel).get())
            .isInstanceOf(ExecutionException.class)
            .cause()
            .isInstanceOf(StatusRuntimeException.class)
            .hasMessageContaining("UNAUTHENTICATED");
      } finally {
        channel.shutdownNow();
      }
    }
  }

  private static CompletableFuture<ServerReflectionResponse> services(ManagedChannel channel) {
    CompletableFuture<ServerReflectionResponse> answer = new CompletableFuture<>();
    StreamObserver<ServerReflectionRequest> requests =
        ServerReflectionGrpc.newStub(channel)
            .serverReflectionInfo(
                new StreamObserver<>() {
                  @Override
                  public void onNext(ServerReflectionResponse value) {
                    answer.complete(value);
                  }

                  @Override
                  public void onError(Throwable failure) {
                    answer.completeExceptionally(failure);
                  }

                  @Override
                  public void onCompleted() {
                    answer.completeExceptionally(new AssertionError("it said nothing"));
                  }
                });
    requests.onNext(ServerReflectionRequest.newBuilder().setListServices("").build());
    return answer;
  }

  private static void assertRefused(HttpRequest.Builder request) throws Exception {
    HttpResponse<String> refused = HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
    assertThat(refused.statusCode()).as("%s", refused.request()).isEqualTo(403);
    assertThat(refused.body()).contains("NOT_PERMITTED");
  }

  private static HttpResponse<String> get(String path, String token) throws Exception {
    return HTTP.send(request(path, token).build(), HttpResponse.BodyHandlers.ofString());
  }

  private static HttpRequest.Builder request(String path, String token) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri(path)).header("Content-Type", "application/json");
    return token.isEmpty() ? request : request.header("Authorization", "Bearer " + token);
  }

  private static HttpRequest.BodyPublisher body(String json) {
    return HttpRequest.BodyPublishers.ofString(json);
  }

  private static URI uri(String path) {
    return URI.create("http://127.0.0.1:" + node.apiAddress().getPort() + path);
  }
}
