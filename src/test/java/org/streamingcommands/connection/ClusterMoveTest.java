package org.streamingcommands.connection;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.StringValue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.Down;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.streamingcommands.command.ClientKey;
import org.streamingcommands.command.LabelSelector;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.command.Reason;
import org.streamingcommands.command.Receipt;
import org.streamingcommands.grpc.v1.Hello;
import org.streamingcommands.support.Heard;
import org.streamingcommands.support.TestNode;
import org.streamingcommands.testkit.ScriptedClient;

/** Client on node a, entity on node b, sender on node c; and then b is no more. */
class ClusterMoveTest {
  private TestCluster cluster;

  @BeforeEach
  void start() {
    cluster = TestCluster.start("connection.max-in-flight = 2");
  }

  @AfterEach
  void stop() {
    cluster.close();
  }

  @Test
  void asksInFlightAndInTheQueueSurviveThatTheEntitysNodeLeaves() {
    String id = cluster.idWithEntityOn(cluster.b);
    try (ScriptedClient client = cluster.a.connect(id)) {
      Heard one = cluster.c.send(id, TestNode.command("c1", "x"));
      Heard two = cluster.c.send(id, TestNode.command("c2", "x"));
      Heard three = cluster.c.send(id, TestNode.command("c3", "x"));
      assertThat(client.awaitCommand().getCommandId()).isEqualTo("c1");
      assertThat(client.awaitCommand().getCommandId()).isEqualTo("c2");
      three.awaitReceipt(Receipt.QUEUED);
      client.received("c1");
      one.awaitReceipt(Receipt.RECEIVED);

      cluster.b.close();
      Heard meanwhile = cluster.c.send(id, TestNode.command("c4", "x"));
      client.complete("c1", "one");
      client.complete("c2", "two");
      assertThat(one.awaitOutcome()).isEqualTo(completed("one"));
      assertThat(two.awaitOutcome()).isEqualTo(completed("two"));
      // Neither was delivered a second time, and what is new overtakes nothing.
      assertThat(client.awaitCommand().getCommandId()).isEqualTo("c3");
      assertThat(client.awaitCommand().getCommandId()).isEqualTo("c4");
      client.complete("c3", "three");
      client.complete("c4", "four");
      assertThat(three.awaitOutcome()).isEqualTo(completed("three"));
      assertThat(meanwhile.awaitOutcome()).isEqualTo(completed("four"));
      // Three had not ended when their entity moved, and only they are counted, at both ends.
      assertThat(cluster.b.connections().counters().handedOver.sum()).isEqualTo(3);
      assertThat(
              cluster.a.connections().counters().inherited.sum()
                  + cluster.c.connections().counters().inherited.sum())
          .isEqualTo(3);
      assertThat(client.hasEnded()).isFalse();
    }
  }

  @Test
  void anAskSurvivesThatTheEntityMovesWhileItsClientIsAway() {
    String id = cluster.idWithEntityOn(cluster.b);
    Hello.Builder hello =
        Hello.newBuilder().setService(TestNode.SERVICE).setClientId(id).setInstanceId("p1");
    Heard heard;
    try (ScriptedClient client = cluster.a.dial()) {
      client.hello(hello).awaitWelcome();
      heard = cluster.c.send(id, TestNode.command("c1", "x"));
      client.awaitCommand();
      client.received("c1");
      heard.awaitReceipt(Receipt.RECEIVED);
      client.cut();
    }
    cluster.b.close();
    try (ScriptedClient again = cluster.c.dial()) {
      again.hello(hello.addRunningCommandIds("c1")).awaitWelcome();
      again.complete("c1", "after all");
      assertThat(heard.awaitOutcome()).isEqualTo(completed("after all"));
    }
  }

  @Test
  void aStreamWhoseEntitysNodeIsLostTellsTheNextEntityWhatWasSent() {
    String id = cluster.idWithEntityOn(cluster.b);
    ClientKey key = ClientKey.of(TestNode.SERVICE, id);
    try (ScriptedClient client = cluster.a.connect(id)) {
      cluster.c.send(id, TestNode.command("c1", "x"));
      client.awaitCommand();
      Cluster.get(cluster.a.system())
          .manager()
          .tell(new Down(Cluster.get(cluster.b.system()).selfMember().address()));
      cluster.eventually(
          () ->
              assertThat(
                      cluster.a.connections().list(TestNode.SERVICE, null, 100).size()
                          + cluster.c.connections().list(TestNode.SERVICE, null, 100).size())
                  .isEqualTo(1));
      Heard again = cluster.c.send(key.clientId(), TestNode.command("c1", "x"));
      again.awaitReceipt(Receipt.SENT);
      client.complete("c1", "once");
      assertThat(again.awaitOutcome()).isEqualTo(completed("once"));
      assertThat(client.unreadCommands()).isZero();
    }
  }

  @Test
  void aClientWhoseStreamsNodeIsLostIsNotListedAsConnected() {
    String id = cluster.idWithEntityOn(cluster.b);
    try (ScriptedClient client = cluster.c.connect(id)) {
      assertThat(client.epoch()).isPositive();
      assertThat(cluster.b.connections().list(TestNode.SERVICE, null, 100)).hasSize(1);
      Cluster.get(cluster.a.system())
          .manager()
          .tell(new Down(Cluster.get(cluster.c.system()).selfMember().address()));
      cluster.eventually(
          () -> assertThat(cluster.b.connections().list(TestNode.SERVICE, null, 100)).isEmpty());
    }
  }

  @Test
  void aCommandThatEndedIsAnsweredAndNotRunAgainAfterTheEntityMoved() {
    String id = cluster.idWithEntityOn(cluster.b);
    try (ScriptedClient client = cluster.a.connect(id)) {
      Heard first = cluster.c.send(id, TestNode.command("c1", "x"));
      client.awaitCommand();
      client.complete("c1", "once");
      assertThat(first.awaitOutcome()).isEqualTo(completed("once"));
      cluster.b.close();
      cluster.eventually(
          () -> assertThat(entitiesOn(cluster.a) + entitiesOn(cluster.c)).isEqualTo(1));
      // The client keeps no promise of its own: whatever came would be seen.
      assertThat(cluster.c.send(id, TestNode.command("c1", "x")).awaitOutcome())
          .isEqualTo(completed("once"));
      assertThat(cluster.a.send(id, TestNode.command("c1", "other")).awaitUndelivered().reason())
          .isEqualTo(Reason.CONFLICT);
      Heard next = cluster.c.send(id, TestNode.command("c2", "x"));
      assertThat(client.awaitCommand().getCommandId()).isEqualTo("c2");
      client.complete("c2", "next");
      assertThat(next.awaitOutcome()).isEqualTo(completed("next"));
    }
  }

  @Test
  void entitiesThatMoveToANodeThatJoinsTakeAlongWhatWaitsAndWhatRuns() {
    List<String> ids = IntStream.range(0, 40).mapToObj(i -> "mover-" + i).toList();
    Map<String, ScriptedClient> clients = new HashMap<>();
    Map<String, List<Heard>> asks = new HashMap<>();
    try {
      for (String id : ids) {
        ScriptedClient client = cluster.a.connect(id);
        clients.put(id, client);
        List<Heard> heard = new ArrayList<>();
        for (String command : List.of("c1", "c2", "c3", "c4")) {
          heard.add(cluster.c.send(id, TestNode.command(command, "x")));
        }
        asks.put(id, heard);
        // max-in-flight is 2: the others wait in the queue.
        assertThat(client.awaitCommand().getCommandId()).isEqualTo("c1");
        assertThat(client.awaitCommand().getCommandId()).isEqualTo("c2");
        heard.get(3).awaitReceipt(Receipt.QUEUED);
      }
      TestNode joined = cluster.join();
      cluster.eventually(() -> assertThat(entitiesOn(joined)).isPositive());
      for (String id : ids) {
        ScriptedClient client = clients.get(id);
        client.complete("c1", "c1");
        client.complete("c2", "c2");
        for (String command : List.of("c3", "c4")) {
          assertThat(client.awaitCommand().getCommandId()).isEqualTo(command);
          client.complete(command, command);
        }
        for (int i = 0; i < 4; i++) {
          assertThat(asks.get(id).get(i).awaitOutcome()).isEqualTo(completed("c" + (i + 1)));
        }
        assertThat(client.unreadCommands()).isZero();
        assertThat(client.hasEnded()).isFalse();
      }
    } finally {
      clients.values().forEach(ScriptedClient::close);
    }
  }

  @Test
  void anAskOfALostEntityIsAskedAgainByItselfAndNothingRunsTwice() {
    String id = cluster.idWithEntityOn(cluster.b);
    try (ScriptedClient client = cluster.a.connect(id)) {
      Heard heard = cluster.c.send(id, TestNode.command("c1", "x"));
      client.awaitCommand();
      client.received("c1");
      heard.awaitReceipt(Receipt.RECEIVED);
      Cluster.get(cluster.a.system())
          .manager()
          .tell(new Down(Cluster.get(cluster.b.system()).selfMember().address()));
      cluster.eventually(
          () -> assertThat(entitiesOn(cluster.a) + entitiesOn(cluster.c)).isEqualTo(1));
      client.complete("c1", "once");
      assertThat(heard.awaitOutcome()).isEqualTo(completed("once"));
      assertThat(cluster.c.connections().counters().askedAgain.sum()).isPositive();
      assertThat(client.unreadCommands()).isZero();
    }
  }

  @Test
  void nobodyWhoWatchesNoticesThatEntitiesMove() {
    List<String> ids = new ArrayList<>();
    List<ScriptedClient> clients = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      String id = cluster.idWithEntityOn(cluster.b);
      ids.add(id);
      clients.add((i % 2 == 0 ? cluster.a : cluster.c).connect(id));
    }
    try (Watched here = new Watched(cluster.a, ids);
        Watched there = new Watched(cluster.c, ids)) {
      assertThat(here.awaitSnapshot()).containsExactlyInAnyOrderElementsOf(ids);
      assertThat(there.awaitSnapshot()).containsExactlyInAnyOrderElementsOf(ids);

      CompletableFuture<Void> leaving = CompletableFuture.runAsync(cluster.b::close);
      Set<String> listed = new TreeSet<>(ids);
      do {
        // Also at the very moment that it moves.
        listed.retainAll(listAtA());
      } while (!leaving.isDone() || cluster.a.connections().members().size() > 2);
      cluster.eventually(
          () -> assertThat(entitiesOn(cluster.a) + entitiesOn(cluster.c)).isEqualTo(10));
      assertThat(listed).containsExactlyInAnyOrderElementsOf(ids);
      clients.get(0).leave();
      assertThat(here.awaitChange()).isEqualTo("DISCONNECTED " + ids.get(0));
      assertThat(there.awaitChange()).isEqualTo("DISCONNECTED " + ids.get(0));
    } finally {
      clients.forEach(ScriptedClient::close);
    }
  }

  private Set<String> listAtA() {
    Set<String> ids = new TreeSet<>();
    TestNode.await(
            cluster
                .a
                .connections()
                .listAll(TestNode.SERVICE, LabelSelector.ALL, null, 1000, Duration.ofSeconds(3)))
        .clients()
        .forEach(client -> ids.add(client.client().clientId()));
    return ids;
  }

  private static int entitiesOn(TestNode node) {
    return node.connections().load().clients();
  }

  @Test
  void aLostNodesClientsAreToldGoneAndThoseWithOtherStreamsAreNot() {
    String stays = cluster.idWithEntityOn(cluster.b);
    String goes = cluster.idWithEntityOn(cluster.b);
    try (ScriptedClient one = cluster.a.connect(stays);
        ScriptedClient two = cluster.b.connect(goes);
        Watched watched = new Watched(cluster.c, List.of(stays, goes))) {
      assertThat(List.of(one.epoch(), two.epoch())).doesNotContain(0L);
      assertThat(watched.awaitSnapshot()).containsExactlyInAnyOrder(stays, goes);
      Cluster.get(cluster.a.system())
          .manager()
          .tell(new Down(Cluster.get(cluster.b.system()).selfMember().address()));
      assertThat(watched.awaitChange()).isEqualTo("DISCONNECTED " + goes);
      cluster.eventually(
          () -> assertThat(entitiesOn(cluster.a) + entitiesOn(cluster.c)).isEqualTo(1));
      one.leave();
      assertThat(watched.awaitChange()).isEqualTo("DISCONNECTED " + stays);
    }
  }

  private static Outcome<Any> completed(String answer) {
    return new Outcome.Completed<>(Any.pack(StringValue.of(answer)));
  }
}
