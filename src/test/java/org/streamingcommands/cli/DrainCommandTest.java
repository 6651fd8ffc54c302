package org.streamingcommands.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
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

  private int run(String... args) {
    return Cli.run(new PrintWriter(out, true), new PrintWriter(err, true), args);
  }
}
