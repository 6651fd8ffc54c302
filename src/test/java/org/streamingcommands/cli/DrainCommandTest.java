package org.streamingcommands.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;
import org.streamingcommands.grpc.v1.GoodbyeReason;
import org.streamingcommands.node.StreamingNode;
import org.streamingcommands.support.TestNode;
import org.streamingcommands.testkit.ScriptedClient;

class DrainCommandTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void drainSendsTheClientsAwayAndThenStopsTheNodeUnlessItIsToStay() {
    try (StreamingNode node = StreamingNode.start(TestNode.config("services.bots {}"));
        ScriptedClient client = ScriptedClient.dial(node.edgeAddress())) {
      client.hello("bots", "b1").awaitWelcome();
      String api = "127.0.0.1:" + node.apiAddress().getPort();

      assertThat(run("drain", "--stay", "--api", api)).isEqualTo(ExitCode.OK);
      assertThat(client.awaitGoodbye().getReason())
          .isEqualTo(GoodbyeReason.GOODBYE_REASON_DRAINING);
      assertThat(out.toString()).contains("is drained: 1 clients", "0 of them");
      assertThat(run("clients", "--api", api)).isEqualTo(ExitCode.OK);

      assertThat(run("drain", "--api", api)).isEqualTo(ExitCode.OK);
      TestNode.await(node.system().getWhenTerminated().toCompletableFuture());
      assertThat(node.isStoppedOnPurpose()).isTrue();
      assertThat(run("drain", "--api", api)).isEqualTo(ExitCode.FAILURE);
      assertThat(err.toString()).contains(api);
    }
  }

  @Test
  void drainGoesByHttpToo() throws Exception {
    try (StreamingNode node = StreamingNode.start(TestNode.config("services.bots {}"));
        ScriptedClient client = ScriptedClient.dial(node.edgeAddress())) {
      client.hello("bots", "b1").awaitWelcome();
      URI drain = URI.create("http://127.0.0.1:" + node.apiAddress().getPort() + "/v1/node/drain");

      HttpResponse<String> wrong = post(drain, "{\"halt\": true}");
      assertThat(wrong.statusCode()).isEqualTo(400);
      assertThat(wrong.body()).contains("halt");
      assertThat(post(drain, "{}").body()).contains("\"clients\":1");
      assertThat(client.awaitGoodbye().getReason())
          .isEqualTo(GoodbyeReason.GOODBYE_REASON_DRAINING);

      assertThat(post(drain, "{\"stop\": true}").statusCode()).isEqualTo(200);
      TestNode.await(node.system().getWhenTerminated().toCompletableFuture());
      assertThat(node.isStoppedOnPurpose()).isTrue();
    }
  }

  private static HttpResponse<String> post(URI uri, String json) throws Exception {
    return HttpClient.newBuilder()
        .version(HttpClient.Version.HTTP_1_1)
        .build()
        .send(
            HttpRequest.newBuilder(uri)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(json))
                .build(),
            HttpResponse.BodyHandlers.ofString());
  }

  private int run(String... args) {
    return Cli.run(new PrintWriter(out, true), new PrintWriter(err, true), args);
  }
}
