package org.streamingcommands.connection;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.streamingcommands.command.ClientKey;
import org.streamingcommands.support.TestNode;

/** What a session makes of its stream's signs. */
class ClientSessionTest {

  @Test
  void aTransportThatTakesBytesIsNoSignOfAClientThatLives() {
    ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor();
    try (TestNode node =
        TestNode.start("connection.ping-interval = 100 ms", "connection.ping-timeout = 200 ms")) {
      GreedyStream stream = new GreedyStream();
      ClientSession session = node.connections().open(stream);
      session.hello(Hello.of(ClientKey.of(TestNode.SERVICE, "dead")));
      // As the buffers on this side of a half-open connection do while there is room in them.
      scheduler.scheduleAtFixedRate(() -> session.credits(1), 0, 10, TimeUnit.MILLISECONDS);
      assertThat(TestNode.await(stream.goodbye).cause()).isEqualTo(Goodbye.Cause.SILENT);
    } finally {
      scheduler.shutdownNow();
    }
  }

  @Test
  void aClientIsBusyNoLaterThanItHasACommand() {
    try (TestNode node = TestNode.start()) {
      GreedyStream stream = new GreedyStream();
      stream.session = node.connections().open(stream);
      stream.session.hello(Hello.of(ClientKey.of(TestNode.SERVICE, "busy")));
      TestNode.await(stream.welcome);

      node.send("busy", TestNode.command("c1", "x"));

      assertThat(TestNode.await(stream.busyWhenDelivered)).isTrue();
    }
  }

  /** Takes everything, and nobody is behind it. */
  private static final class GreedyStream implements ClientStream {
    final CompletableFuture<Goodbye> goodbye = new CompletableFuture<>();
    final CompletableFuture<Welcome> welcome = new CompletableFuture<>();
    final CompletableFuture<Boolean> busyWhenDelivered = new CompletableFuture<>();
    volatile @Nullable ClientSession session;

    @Override
    public void welcome(Welcome said) {
      welcome.complete(said);
    }

    @Override
    public int deliver(Delivery delivery) {
      ClientSession own = session;
      busyWhenDelivered.complete(own != null && own.isBusy());
      return 1;
    }

    @Override
    public void cancel(String commandId) {}

    @Override
    public void ping(long nonce, long resultsConfirmed) {}

    @Override
    public void goodbye(Goodbye last) {
      goodbye.complete(last);
    }

    @Override
    public void reject(Rejection rejection) {}
  }
}
