package org.streamingcommands.edge;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.StringValue;
import io.grpc.Status;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.streamingcommands.command.ClientKey;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.command.Reason;
import org.streamingcommands.connection.ConnectedClient;
import org.streamingcommands.connection.ServiceObserver;
import org.streamingcommands.grpc.v1.ClientFrame;
import org.streamingcommands.support.TestNode;
import org.streamingcommands.testkit.ScriptedClient;

/** What one service allows itself, and no more. */
class ServiceLimitsTest {

  @Test
  void aServiceHasOnlySoManyClientsAndRoomAgainWhenOneLeaves() {
    try (TestNode node = TestNode.start("connection.max-clients = 2")) {
      ScriptedClient first = node.connect("c1");
      try (ScriptedClient second = node.connect("c2");
          ScriptedClient third = node.dial()) {
        third.hello(TestNode.SERVICE, "c3");
        Status end = third.awaitEnd();
        assertThat(end.getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
        assertThat(end.getDescription()).contains("bots", "2");
        first.leave();
        first.awaitEnd();
        node.connect("c3").close();
        assertThat(second.hasEnded()).isFalse();
      }
    }
  }

  @Test
  void aServiceTakesTheTypesOfItsProtocolOnly() {
    try (TestNode node = TestNode.start("connection.types = [\"google.protobuf.BoolValue\"]");
        ScriptedClient client = node.connect("c1")) {
      Outcome.Undelivered<Any> refused =
          node.send("c1", TestNode.command("id-1", "a StringValue")).awaitUndelivered();
      assertThat(refused.reason()).isEqualTo(Reason.INVALID_COMMAND);
      assertThat(refused.message()).contains("payload.type_url");
      assertThat(client.unreadCommands()).isZero();
    }
  }

  @Test
  void aClientThatSendsTooFastIsReadNoFasterAndStays() {
    int events = 8;
    int rate = 4;
    AtomicInteger heard = new AtomicInteger();
    CompletableFuture<Void> all = new CompletableFuture<>();
    ServiceObserver counts =
        new ServiceObserver() {
          @Override
          public void connected(ConnectedClient client) {}

          @Override
          public void event(ClientKey client, Any payload, Runnable taken) {
            if (heard.incrementAndGet() == events) {
              all.complete(null);
            }
            taken.run();
          }

          @Override
          public void disconnected(ClientKey client, String sessionId, String why) {}
        };
    try (TestNode node = TestNode.start(counts, "connection.max-frame-rate = " + rate);
        ScriptedClient client = node.connect("c1")) {
      ClientFrame.Builder event = ClientFrame.newBuilder();
      event.getEventBuilder().setPayload(Any.pack(StringValue.of("x")));
      for (int i = 0; i < events; i++) {
        client.send(event);
      }
      TestNode.await(all);
      // A second's worth is read at once, and the rest of what came together is not.
      assertThat(node.connections().counters().heldBack.sum()).isPositive();
      assertThat(client.hasEnded()).isFalse();
    }
  }
}
