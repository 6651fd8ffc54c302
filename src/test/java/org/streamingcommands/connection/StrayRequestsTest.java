package org.streamingcommands.connection;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.apache.pekko.actor.Dropped;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.eventstream.EventStream;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.command.Reason;
import org.streamingcommands.support.Heard;
import org.streamingcommands.support.TestNode;
import org.streamingcommands.testkit.ScriptedClient;

/** Sends find the queue to another node full. */
@Timeout(300)
class StrayRequestsTest {
  private static final int SENDS = 100;

  /** Whoever ends does not take leave of the others, who do not take it out while this runs. */
  private static final Config WITHOUT_A_WORD =
      ConfigFactory.parseString(
          """
          pekko.coordinated-shutdown.run-by-actor-system-terminate = off
          pekko.cluster.split-brain-resolver.stable-after = 5 minutes
          """);

  /** It hosts nothing, so that nothing moves to it; and a few sends fill its queue. */
  private static final Config SENDER =
      ConfigFactory.parseString(
              """
              pekko.cluster.roles = [ sender ]
              pekko.remote.artery.advanced.outbound-message-queue-size = 4
              """)
          .withFallback(TestNode.config());

  @Test
  void theyComeThroughInTheirOrderWhereTheNodeIsAlive() {
    try (TestCluster cluster = TestCluster.start();
        TestNode sender = cluster.a.join(SENDER)) {
      LongAdder dropped = countDropped(sender);
      String id = cluster.idWithEntityOn(cluster.b);
      try (ScriptedClient client = cluster.c.connect(id)) {
        List<Heard> sends = send(sender, id, Duration.ofSeconds(60));
        for (int i = 0; i < SENDS; i++) {
          assertThat(client.awaitCommand().getCommandId()).isEqualTo("c" + i);
          client.complete("c" + i, "done");
        }
        for (Heard send : sends) {
          assertThat(send.awaitOutcome()).isInstanceOf(Outcome.Completed.class);
        }
        cluster.eventually(() -> assertThat(dropped.sum()).isPositive());
      }
    }
  }

  @Test
  void theyCostNextToNothingWhereTheNodeIsLost() {
    try (TestCluster cluster = TestCluster.start(WITHOUT_A_WORD);
        TestNode sender = cluster.a.join(SENDER)) {
      LongAdder dropped = countDropped(sender);
      String id = cluster.idWithEntityOn(cluster.c);
      cluster.c.system().terminate();
      TestNode.await(cluster.c.system().getWhenTerminated().toCompletableFuture());
      for (Heard send : send(sender, id, Duration.ofSeconds(1))) {
        assertThat(send.awaitOutcome())
            .isInstanceOfSatisfying(
                Outcome.Undelivered.class,
                ended -> assertThat(ended.reason()).isEqualTo(Reason.TIMED_OUT));
      }
      // Ten attempts a second, for as long as somebody waits; not one for each that failed, at
      // once.
      cluster.eventually(() -> assertThat(dropped.sum()).isPositive());
      assertThat(dropped.sum()).isLessThan(SENDS * 100L);
    }
  }

  private static List<Heard> send(TestNode from, String id, Duration timeout) {
    List<Heard> sends = new ArrayList<>();
    for (int i = 0; i < SENDS; i++) {
      sends.add(from.send(id, TestNode.command("c" + i, "x", timeout)));
    }
    return sends;
  }

  private static LongAdder countDropped(TestNode node) {
    LongAdder count = new LongAdder();
    Behavior<Dropped> counter =
        Behaviors.setup(
            context -> {
              context
                  .getSystem()
                  .eventStream()
                  .tell(new EventStream.Subscribe<>(Dropped.class, context.getSelf()));
              return Behaviors.receive(Dropped.class)
                  .onAnyMessage(
                      one -> {
                        count.increment();
                        return Behaviors.same();
                      })
                  .build();
            });
    node.system().systemActorOf(counter, "count-dropped", Props.empty());
    return count;
  }
}
