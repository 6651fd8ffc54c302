package org.streamingcommands.service;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.StringValue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.streamingcommands.command.ClientKey;
import org.streamingcommands.command.Receipt;
import org.streamingcommands.connection.ClientSession;
import org.streamingcommands.connection.ClientStream;
import org.streamingcommands.connection.Delivery;
import org.streamingcommands.connection.Goodbye;
import org.streamingcommands.connection.Hello;
import org.streamingcommands.connection.Rejection;
import org.streamingcommands.connection.Welcome;

/** A service without an rpc of its own: its clients' streams are somebody else's. */
@Timeout(60)
class ClientServiceTest {

  private static final class Stream implements ClientStream {
    final CompletableFuture<Welcome> welcomed = new CompletableFuture<>();
    final BlockingQueue<Delivery> deliveries = new LinkedBlockingQueue<>();

    @Override
    public void welcome(Welcome welcome) {
      welcomed.complete(welcome);
    }

    @Override
    public int deliver(Delivery delivery) {
      deliveries.add(delivery);
      return 10;
    }

    @Override
    public void cancel(String commandId) {}

    @Override
    public void ping(long nonce, long resultsConfirmed) {}

    @Override
    public void goodbye(Goodbye goodbye) {}

    @Override
    public void reject(Rejection rejection) {}
  }

  @Test
  void clientsOfTheEdgeAreToldOfAndSentTo() throws Exception {
    BlockingQueue<String> told = new LinkedBlockingQueue<>();
    try (SingleNode node = new SingleNode()) {
      ClientService service =
          ClientService.builder(node.system(), "agents")
              .onConnect(client -> told.add("connected " + client.client()))
              .onEvent((clientId, event) -> told.add(clientId + " " + event.getTypeUrl()))
              .onDisconnect((clientId, why) -> told.add("disconnected " + why))
              .build();
      assertThat(service.name()).isEqualTo("agents");
      assertThat(node.connections().declare(service.entry())).isTrue();

      Stream stream = new Stream();
      ClientSession session = node.connections().open(stream);
      session.hello(Hello.of(ClientKey.of("agents", "a")));
      stream.welcomed.get(SingleNode.SECONDS, TimeUnit.SECONDS);
      session.event(Any.pack(StringValue.of("hi")), () -> {});
      assertThat(next(told)).isEqualTo("connected agents/a");
      assertThat(next(told)).isEqualTo("a type.googleapis.com/google.protobuf.StringValue");

      var sent = service.sendToClient("a", StringValue.of("jump"), Receipt.SENT);
      assertThat(sent.get(SingleNode.SECONDS, TimeUnit.SECONDS).isReached()).isTrue();
      assertThat(next(stream.deliveries).command().id())
          .isEqualTo(sent.get(SingleNode.SECONDS, TimeUnit.SECONDS).commandId());

      session.closed(false, "cut");
      assertThat(next(told)).isEqualTo("disconnected cut");
      assertThat(service.isConnected("a")).isFalse();
    }
  }

  private static <T> T next(BlockingQueue<T> queue) throws InterruptedException {
    T next = queue.poll(SingleNode.SECONDS, TimeUnit.SECONDS);
    assertThat(next).isNotNull();
    return next;
  }
}
