package org.streamingcommands.connection;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.Dropped;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.cluster.sharding.typed.ShardingEnvelope;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.streamingcommands.command.ClientKey;
import org.streamingcommands.command.Command;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.command.Reason;
import org.streamingcommands.support.Heard;
import org.streamingcommands.support.TestNode;

/** The entity in its shard: what it fences off, and how it comes and goes. */
class ClientConnectionTest {
  private static final Outcome<Any> DONE = new Outcome.Completed<>(Any.getDefaultInstance());
  private static TestNode node;
  private static Connections connections;

  @BeforeAll
  static void start() {
    node = TestNode.start("engine.idle-stop = 50 ms", "engine.reattach-interval = 200 ms");
    connections = node.connections();
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  /** A stream that takes everything and tells what it was given. */
  private static final class Stream implements ClientStream {
    final BlockingQueue<Object> heard = new LinkedBlockingQueue<>();
    final CompletableFuture<Goodbye.Cause> goodbye = new CompletableFuture<>();
    final ClientSession session = connections.open(this);

    @Override
    public void welcome(Welcome welcome) {
      heard.add(welcome);
    }

    @Override
    public int deliver(Delivery delivery) {
      heard.add(delivery);
      return 1;
    }

    @Override
    public void cancel(String commandId) {}

    @Override
    public void ping(long nonce, long resultsConfirmed) {}

    @Override
    public void goodbye(Goodbye said) {
      goodbye.complete(said.cause());
    }

    @Override
    public void reject(Rejection rejection) {
      heard.add(rejection);
    }

    <T> T await(Class<T> type) throws InterruptedException {
      Object next = heard.poll(TestNode.PATIENCE.toSeconds(), TimeUnit.SECONDS);
      assertThat(next).isInstanceOf(type);
      return type.cast(next);
    }
  }

  private static Stream connect(String id) throws InterruptedException {
    Stream stream = new Stream();
    stream.session.hello(Hello.of(ClientKey.of(TestNode.SERVICE, id)));
    stream.await(Welcome.class);
    return stream;
  }

  @Test
  void whatAnOlderStreamSaysIsFencedOffAndCounted() throws Exception {
    Stream older = connect("fenced");
    Stream newer = connect("fenced");
    assertThat(TestNode.await(older.goodbye)).isEqualTo(Goodbye.Cause.REPLACED);
    long before = connections.counters().fenced.sum();
    Heard heard = node.send("fenced", TestNode.command("c1", "x"));
    newer.await(Delivery.class);
    older.session.result("c1", new Outcome.Failed<>("FORGED", "by the older stream"));
    newer.session.result("c1", DONE);
    assertThat(heard.awaitOutcome()).isEqualTo(DONE);
    assertThat(connections.counters().fenced.sum()).isGreaterThan(before);
  }

  @Test
  void anEntityThatStopsUnexpectedlyIsFoundAgainByItsStream() throws Exception {
    Stream stream = connect("healed");
    ClientKey key = ClientKey.of(TestNode.SERVICE, "healed");
    ActorRef<ClientConnection.Message> entity = connections.entities().find(key).ref();
    entity.tell(ClientConnection.Stop.INSTANCE);
    Heard heard;
    int attempt = 0;
    do {
      heard = node.send("healed", TestNode.command("c" + attempt++, "x"));
      // Until the new entity has its stream, the honest answer is that there is none.
      if (stream.heard.poll(100, TimeUnit.MILLISECONDS) instanceof Delivery delivery) {
        stream.session.result(delivery.command().id(), DONE);
      }
    } while (!heard.awaitOutcome().isCompleted());
    assertThat(stream.goodbye).isNotDone();
    assertThat(stream.session.isOpen()).isTrue();
  }

  @Test
  void anEntityWithNothingToDoStopsAndComesBackWhenItIsNeeded() throws Exception {
    ClientKey key = ClientKey.of(TestNode.SERVICE, "idle");
    assertThat(node.send("idle", TestNode.command("c1", "x")).awaitUndelivered().reason())
        .isEqualTo(Reason.NOT_CONNECTED);
    // Every send finds it or wakes it, also those that meet it while it stops.
    for (int i = 0; i < 5_000 && connections.entities().find(key) != null; i++) {
      Thread.onSpinWait();
      assertThat(node.send("idle", TestNode.command("c" + i, "x")).awaitUndelivered().reason())
          .isEqualTo(Reason.NOT_CONNECTED);
    }
    Stream stream = connect("idle");
    Heard heard = node.send("idle", TestNode.command("last", "x"));
    stream.await(Delivery.class);
    stream.session.result("last", DONE);
    assertThat(heard.awaitOutcome()).isEqualTo(DONE);
  }

  @Test
  void anEntityThatIsToldDirectlyJustAfterItStoppedStillAnswers() throws Exception {
    ClientKey key = ClientKey.of(TestNode.SERVICE, "stray");
    node.send("stray", TestNode.command("c0", "x")).awaitOutcome();
    ActorRef<ClientConnection.Message> entity = connections.entities().find(key).ref();
    entity.tell(ClientConnection.Stop.INSTANCE);
    // Straight into its mailbox, behind the stop: the dead letter has to find its way back.
    Heard heard = new Heard();
    PendingSends pending = connections.sends();
    entity.tell(
        pending.send(key, TestNode.command("c1", "x"), false, heard, PendingSends.Way.STRAIGHT));
    assertThat(heard.awaitUndelivered().reason()).isEqualTo(Reason.NOT_CONNECTED);
    assertThat(connections.counters().unanswered.sum()).isZero();
  }

  /** As a region does whose buffer is full; nobody would say this again. */
  @Test
  void anInheritanceThatFindsARegionFullStillFindsItsHeir() throws Exception {
    Stream stream = connect("heir");
    ClientKey key = ClientKey.of(TestNode.SERVICE, "heir");
    ClientConnection.Inherit inherit =
        new ClientConnection.Inherit(
            key,
            TestNode.command("left", "x"),
            List.of(),
            List.of(),
            List.of(),
            null,
            "",
            false,
            false);
    node.system()
        .classicSystem()
        .deadLetters()
        .tell(
            new ShardingEnvelope<>(key.entityId(), inherit),
            org.apache.pekko.actor.ActorRef.noSender());
    assertThat(stream.await(Delivery.class).command().id()).isEqualTo("left");
  }

  /** As a region does with what came for a shard between the word that it moves and the move. */
  @Test
  void aSendThatARegionLetsGoStillFindsItsEntity() throws Exception {
    Stream stream = connect("let-go");
    ClientKey key = ClientKey.of(TestNode.SERVICE, "let-go");
    Heard heard = new Heard();
    // As if told directly: nothing else would say it again.
    ClientConnection.Send send =
        connections
            .sends()
            .send(key, TestNode.command("c1", "x"), false, heard, PendingSends.Way.STRAIGHT);
    node.system()
        .classicSystem()
        .deadLetters()
        .tell(
            Dropped.apply(new ShardingEnvelope<>(key.entityId(), send), "the shard moves", null),
            org.apache.pekko.actor.ActorRef.noSender());
    stream.await(Delivery.class);
    stream.session.result("c1", DONE);
    assertThat(heard.awaitOutcome()).isEqualTo(DONE);
  }

  /** Sent while the entity was elsewhere and lost; since then the entity is here. */
  @Test
  void aSendThatWasLostOnItsWayIsSaidAgainAlsoToAnEntityOfThisNode() throws Exception {
    Stream stream = connect("lost");
    ClientKey key = ClientKey.of(TestNode.SERVICE, "lost");
    Heard heard = new Heard();
    Command command = TestNode.command("c1", "x", Duration.ofSeconds(5));
    connections.sends().send(key, command, false, heard, PendingSends.Way.REGION);
    stream.await(Delivery.class);
    stream.session.result("c1", DONE);
    assertThat(heard.awaitOutcome()).isEqualTo(DONE);
  }

  @Test
  void presenceIsToldWithoutAGap() throws Exception {
    Stream before = connect("watched-before");
    BlockingQueue<String> told = new LinkedBlockingQueue<>();
    Runnable end =
        connections.watch(
            connected ->
                connected.clients().stream()
                    .map(client -> client.client().clientId())
                    .filter(id -> id.startsWith("watched"))
                    .forEach(id -> told.add("CONNECTED " + id)),
            event -> {
              if (event.client().client().clientId().startsWith("watched")) {
                told.add(event.kind() + " " + event.client().client().clientId());
              }
            });
    assertThat(told.take()).isEqualTo("CONNECTED watched-before");
    Stream after = connect("watched-after");
    connect("watched-after");
    before.session.closed(false, "cut");
    assertThat(
            List.of(
                told.take(),
                told.take(),
                told.poll(TestNode.PATIENCE.toSeconds(), TimeUnit.SECONDS)))
        .containsExactly(
            "CONNECTED watched-after", "REPLACED watched-after", "DISCONNECTED watched-before");
    assertThat(after.goodbye).isDone();
    end.run();
  }
}
