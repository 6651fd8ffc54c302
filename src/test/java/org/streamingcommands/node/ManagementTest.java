package org.streamingcommands.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.streamingcommands.support.TestNode.await;

import com.google.protobuf.Empty;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.Done;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.cluster.typed.Cluster;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.streamingcommands.command.Receipt;
import org.streamingcommands.grpc.v1.GoodbyeReason;
import org.streamingcommands.support.TestNode;
import org.streamingcommands.testkit.ScriptedClient;

/** What whatever runs the nodes sees of them. */
class ManagementTest {
  private final HttpClient http = HttpClient.newHttpClient();

  /** Nodes on addresses of their own, so that they can share a port number. */
  @Test
  void nodesThatDiscoveryNamesFormAClusterAndOneThatDrainsIsNotReady() throws Exception {
    int port = freePort();
    List<CompletableFuture<StreamingNode>> starting = new ArrayList<>();
    for (int host = 2; host <= 3; host++) {
      Config config = bootstrapped("127.0.0." + host, port);
      starting.add(CompletableFuture.supplyAsync(() -> StreamingNode.start(config)));
    }
    try (StreamingNode one = starting.get(0).get();
        StreamingNode two = starting.get(1).get()) {
      TestProbe.create(one.system())
          .awaitAssert(
              TestNode.PATIENCE,
              () -> {
                assertThat(Cluster.get(one.system()).state().getMembers()).hasSize(2);
                assertThat(get(2, port, "/ready").statusCode()).isEqualTo(200);
                assertThat(get(3, port, "/ready").statusCode()).isEqualTo(200);
                return null;
              });
      assertThat(get(2, port, "/alive").statusCode()).isEqualTo(200);
      assertThat(get(2, port, "/cluster/members").body())
          .contains(Cluster.get(two.system()).selfMember().address().toString());

      HttpResponse<String> figures = get(2, port, "/metrics");
      assertThat(figures.statusCode()).isEqualTo(200);
      assertThat(figures.headers().firstValue("Content-Type"))
          .hasValueSatisfying(type -> assertThat(type).contains("text/plain", "version=0.0.4"));
      assertThat(figures.body())
          .contains(
              "streamingcommands_clients{node=\"streaming-commands@127.0.0.2:",
              "jvm_memory_used_bytes");

      try (ScriptedClient busy = ScriptedClient.dial(one.edgeAddress())) {
        busy.hello(TestNode.SERVICE, "busy").awaitWelcome();
        StreamingCommands.get(one.system())
            .client(TestNode.SERVICE, "busy")
            .send(Empty.getDefaultInstance(), Receipt.RECEIVED);
        String command = busy.awaitCommand().getCommandId();
        CompletableFuture<Done> stopped = one.stop();
        TestProbe.create(two.system())
            .awaitAssert(
                TestNode.PATIENCE,
                () -> {
                  assertThat(get(2, port, "/ready").statusCode()).isGreaterThanOrEqualTo(500);
                  return null;
                });
        assertThat(get(2, port, "/alive").statusCode()).isEqualTo(200);
        assertThat(get(3, port, "/ready").statusCode()).isEqualTo(200);
        busy.complete(command, "done");
        assertThat(busy.awaitGoodbye().getReason())
            .isEqualTo(GoodbyeReason.GOODBYE_REASON_DRAINING);
        await(stopped);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "streaming-commands.management.bootstrap = on",
        "streaming-commands.management { enabled = on, bootstrap = on }, "
            + "pekko.cluster.seed-nodes = [\"pekko://streaming-commands@127.0.0.1:1\"]",
        "streaming-commands.management.enabled = on, pekko.management.http.hostname = \"<hostname>\""
      })
  void settingsThatContradictEachOtherAreRefused(String settings) {
    assertThatThrownBy(
            () ->
                StreamingNode.start(
                    ConfigFactory.parseString(settings).withFallback(TestNode.config())))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageMatching(".*(management.bootstrap|http.hostname).*");
  }

  private static Config bootstrapped(String host, int port) {
    return ConfigFactory.parseString(
            """
            streaming-commands.management { enabled = on, bootstrap = on }
            pekko.discovery.method = config
            pekko.discovery.config.services.streaming-commands.endpoints = [
              { host = "127.0.0.2", port = %2$d }, { host = "127.0.0.3", port = %2$d }
            ]
            pekko.remote.artery.canonical.hostname = "%1$s"
            pekko.management.http { hostname = "%1$s", port = %2$d }
            pekko.management.cluster.bootstrap.contact-point-discovery {
              service-name = streaming-commands
              stable-margin = 200 ms
            }
            """
                .formatted(host, port))
        .withFallback(TestNode.config("services.bots {}", "drain.in-flight-timeout = 25 s"));
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.2"))) {
      return socket.getLocalPort();
    }
  }

  private HttpResponse<String> get(int host, int port, String path)
      throws IOException, InterruptedException {
    return http.send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.%d:%d%s".formatted(host, port, path)))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }
}
