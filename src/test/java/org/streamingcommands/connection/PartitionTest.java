package org.streamingcommands.connection;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.StringValue;
import com.typesafe.config.ConfigFactory;
import io.grpc.Status;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.streamingcommands.command.Certainty;
import org.streamingcommands.command.ClientKey;
import org.streamingcommands.command.CommandException;
import org.streamingcommands.command.LabelSelector;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.command.Reason;
import org.streamingcommands.grpc.v1.GoodbyeReason;
import org.streamingcommands.support.Heard;
import org.streamingcommands.support.Partition;
import org.streamingcommands.support.TestNode;
import org.streamingcommands.testkit.ScriptedClient;

/** Nodes that cannot hear one another, and then can again before the resolver acts. */
class PartitionTest {
  private final AtomicInteger lastCommand = new AtomicInteger();
  private TestCluster cluster;

  @BeforeEach
  void start() {
    cluster =
        TestCluster.start(
            ConfigFactory.parseString(
                Partition.CONFIG + "pekko.cluster.split-brain-resolver.stable-after = 10 m"),
            "engine.reattach-interval = 1 s");
  }

  @AfterEach
  void stop() {
    cluster.close();
  }

  @Test
  void aMinorityRefusesSendsAndHellosUntilItIsBack() {
    String majoritys = cluster.idWithEntityOn(cluster.a);
    String minoritys = cluster.idWithEntityOn(cluster.c);
    try (ScriptedClient one = cluster.b.connect(majoritys);
        ScriptedClient two = cluster.c.connect(minoritys)) {
      Partition.cut(cluster.c.system(), cluster.a.system());
      Partition.cut(cluster.c.system(), cluster.b.system());
      awaitRefusal(cluster.c, minoritys, "1 of the 3");
      try (ScriptedClient late = cluster.c.dial()) {
        late.hello(TestNode.SERVICE, "late");
        assertThat(late.awaitEnd().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
      }
      assertAnswers(cluster.a, majoritys, one);

      Partition.heal(cluster.c.system(), cluster.a.system());
      Partition.heal(cluster.c.system(), cluster.b.system());
      awaitAcceptance(cluster.c, minoritys, two);
      assertAnswers(cluster.a, minoritys, two);
      assertThat(two.hasEnded()).isFalse();
      assertThat(cluster.c.connections().list(TestNode.SERVICE, null, 10)).hasSize(1);
    }
  }

  @Test
  void nodesThatOnlyAThirdCanReachRefuseSends() {
    String id = cluster.idWithEntityOn(cluster.a);
    try (ScriptedClient client = cluster.a.connect(id)) {
      Partition.cut(cluster.b.system(), cluster.c.system());
      awaitRefusal(cluster.b, id, "cannot reach this one");
      awaitRefusal(cluster.c, id, "cannot reach this one");
      assertAnswers(cluster.a, id, client);

      Partition.heal(cluster.b.system(), cluster.c.system());
      awaitAcceptance(cluster.b, id, client);
      awaitAcceptance(cluster.c, id, client);
    }
  }

  @Test
  void aClientOfBothSidesIsConnectedOnceAfterTheyMeetAgain() {
    String id = cluster.idWithEntityOn(cluster.a);
    try (ScriptedClient there = cluster.c.connect(id);
        Watched watched = new Watched(cluster.b, List.of(id))) {
      assertThat(watched.awaitSnapshot()).containsExactly(id);
      Partition.cut(cluster.c.system(), cluster.a.system());
      Partition.cut(cluster.c.system(), cluster.b.system());
      try (ScriptedClient here = cluster.b.connect(id)) {
        assertThat(watched.awaitChange()).isEqualTo("REPLACED " + id);
        assertAnswers(cluster.a, id, here);
        assertThat(there.hasEnded()).isFalse();

        Partition.heal(cluster.c.system(), cluster.a.system());
        Partition.heal(cluster.c.system(), cluster.b.system());
        assertThat(there.awaitGoodbye().getReason())
            .isEqualTo(GoodbyeReason.GOODBYE_REASON_REPLACED);
        awaitAcceptance(cluster.c, id, here);
        ClusterListing listing =
            TestNode.await(
                cluster
                    .c
                    .connections()
                    .listAll(TestNode.SERVICE, LabelSelector.ALL, null, 10, Duration.ofSeconds(5)));
        assertThat(listing.silent()).isEmpty();
        assertThat(listing.clients())
            .singleElement()
            .extracting(ConnectedClient::node)
            .isEqualTo(cluster.b.connections().node());
        assertThat(here.hasEnded()).isFalse();
        assertThat(watched.untilNow()).isEmpty();
      }
    }
  }

  @Test
  void anOperatorWhoIsNotAnsweredIsNotToldThatNobodyWasConnected() {
    String id = cluster.idWithEntityOn(cluster.b);
    try (ScriptedClient client = cluster.a.connect(id)) {
      Partition.cut(cluster.b.system(), cluster.c.system());
      // Before anybody knows of the cut.
      assertThat(failedDisconnect(id, Duration.ofMillis(200)).reason()).isEqualTo(Reason.TIMED_OUT);
      awaitRefusal(cluster.c, id, "cannot reach this one");
      Outcome.Undelivered<?> refused = failedDisconnect(id, Duration.ofSeconds(5));
      assertThat(refused.reason()).isEqualTo(Reason.NO_MAJORITY);
      assertThat(refused.certainty()).isEqualTo(Certainty.NOT_SENT);
      assertThat(client.hasEnded()).isFalse();
      Partition.heal(cluster.b.system(), cluster.c.system());
    }
  }

  private Outcome.Undelivered<?> failedDisconnect(String id, Duration timeout) {
    Throwable failure =
        cluster
            .c
            .connections()
            .disconnect(
                ClientKey.of(TestNode.SERVICE, id),
                Goodbye.of(Goodbye.Cause.DISCONNECTED, "out"),
                timeout)
            .handle((was, error) -> error)
            .orTimeout(TestNode.PATIENCE.toSeconds(), TimeUnit.SECONDS)
            .join();
    assertThat(failure).isInstanceOf(CommandException.class);
    return (Outcome.Undelivered<?>) ((CommandException) failure).outcome();
  }

  private void awaitRefusal(TestNode node, String id, String why) {
    cluster.eventually(
        () -> {
          Outcome<Any> outcome =
              node.send(id, TestNode.command(nextId(), "x", Duration.ofSeconds(1))).awaitOutcome();
          assertThat(outcome)
              .isInstanceOfSatisfying(
                  Outcome.Undelivered.class,
                  undelivered -> {
                    assertThat(undelivered.reason()).isEqualTo(Reason.NO_MAJORITY);
                    assertThat(undelivered.certainty()).isEqualTo(Certainty.NOT_SENT);
                    assertThat(undelivered.message()).contains(why);
                  });
        });
  }

  private void awaitAcceptance(TestNode node, String id, ScriptedClient client) {
    cluster.eventually(
        () -> {
          assertThat(node.connections().refusal(TestNode.SERVICE, TestNode.command("c", "x")))
              .isNull();
        });
    assertAnswers(node, id, client);
  }

  private void assertAnswers(TestNode node, String id, ScriptedClient client) {
    String wanted = nextId();
    Heard heard = node.send(id, TestNode.command(wanted, "x"));
    // Before the cut was noticed, others were sent; nobody waits for them any more.
    while (!client.awaitCommand().getCommandId().equals(wanted)) {
      assertThat(client.hasEnded()).isFalse();
    }
    client.complete(wanted, "here");
    assertThat(heard.awaitOutcome())
        .isEqualTo(new Outcome.Completed<>(Any.pack(StringValue.of("here"))));
  }

  private String nextId() {
    return "c" + lastCommand.incrementAndGet();
  }
}
