package org.streamingcommands.connection;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.streamingcommands.command.ClientKey;
import org.streamingcommands.support.Heard;
import org.streamingcommands.support.TestNode;
import org.streamingcommands.testkit.ScriptedClient;

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

  @Test
  void anEntityOnItsNodeNeedsNoWordOnceItHasNothingToForget() {
    try (TestNode node =
        TestNode.start("connection.dedup-window = 1 s", "engine.reattach-interval = 100 ms")) {
      TestProbe<Void> probe = TestProbe.create(node.system());
      ClientKey client = ClientKey.of(TestNode.SERVICE, "quiet");
      try (ScriptedClient quiet = node.connect("quiet")) {
        LocalEntities.Entry entity = node.connections().entities().find(client);
        String[] session = entity.describe().sessionId().split("#");
        StreamRef stream = new StreamRef(session[0], Long.parseLong(session[1], 36));
        assertThat(entity.needsNoWordOf(stream)).isTrue();
        assertThat(entity.needsNoWordOf(new StreamRef(stream.node(), stream.id() + 1))).isFalse();

        Heard heard = node.send("quiet", TestNode.command("c1", "x"));
        quiet.awaitCommand();
        quiet.complete("c1", "y");
        heard.awaitOutcome();
        // An answer that it gives after the turn in which it came to remember.
        TestNode.await(node.connections().cancel(client, "another", TestNode.PATIENCE));
        // What it is reminded of lets it forget, and it says so.
        probe.awaitAssert(
            TestNode.PATIENCE,
            () -> {
              assertThat(entity.needsNoWordOf(stream)).isTrue();
              return null;
            });
      }
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
