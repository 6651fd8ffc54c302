package org.streamingcommands.client;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.StringValue;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.streamingcommands.command.FleetSummary;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.command.Reason;
import org.streamingcommands.command.Targets;
import org.streamingcommands.node.StreamingNode;
import org.streamingcommands.support.TestNode;
import org.streamingcommands.testkit.ScriptedClient;

/** The contract, through the api over a real connection. */
class RemoteFleetClientTest extends FleetClientContract {
  @Override
  StreamingFleetClient<StringValue> client(StreamingNode node, String service) {
    return StreamingFleetClient.remote(
        CommandClientSettings.of("127.0.0.1:" + node.apiAddress().getPort()), service);
  }

  @Test
  void aConnectionIsNotIdleWhileASendToManyGoesOn() {
    try (ScriptedClient slow = dial("slow")) {
      CompletableFuture<FleetSummary> sending =
          client(node, "bots")
              .sendToMany(
                  StringValue.of("hi"),
                  StringValue.class,
                  Targets.ids("slow"),
                  (clientId, outcome) -> {});
      String id = slow.awaitCommand().getCommandId();
      RemoteConnections.closeIdle();
      slow.complete(id, "done");
      assertThat(TestNode.await(sending).isCompleted()).isTrue();
      RemoteConnections.closeIdle();
      assertThat(RemoteConnections.open()).isZero();
    }
  }

  @Test
  void anApiThatIsNotThereIsANodeThatCannotBeReached() throws IOException {
    int port;
    try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = closed.getLocalPort();
    }
    StreamingFleetClient<StringValue> client =
        StreamingFleetClient.remote(CommandClientSettings.of("127.0.0.1:" + port), "bots");
    assertThat(failure(client, FleetOptions.defaults()))
        .isInstanceOfSatisfying(
            Outcome.Undelivered.class,
            failed -> assertThat(failed.reason()).isEqualTo(Reason.NODE_UNREACHABLE));
  }
}
