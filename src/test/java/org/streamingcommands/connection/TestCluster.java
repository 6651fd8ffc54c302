package org.streamingcommands.connection;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.util.ArrayList;
import java.util.List;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.cluster.MemberStatus;
import org.apache.pekko.cluster.typed.Cluster;
import org.streamingcommands.command.ClientKey;
import org.streamingcommands.support.TestNode;
import org.streamingcommands.testkit.ScriptedClient;

/** Three nodes in this JVM that found one another. */
final class TestCluster implements AutoCloseable {
  final TestNode a;
  final TestNode b;
  final TestNode c;
  private final TestProbe<Object> probe;
  private final Config config;
  private final List<TestNode> later = new ArrayList<>();
  private int lastClient;

  static TestCluster start(String... overrides) {
    return start(ConfigFactory.empty(), overrides);
  }

  /** With settings of Pekko on top. */
  static TestCluster start(Config more, String... overrides) {
    return new TestCluster(
        more.withFallback(
                ConfigFactory.parseString(
                    """
                pekko.cluster.gossip-interval = 200 ms
                pekko.cluster.leader-actions-interval = 200 ms
                pekko.cluster.split-brain-resolver.stable-after = 2 s
                pekko.cluster.sharding.rebalance-interval = 1 s
                """))
            .withFallback(TestNode.config(overrides)));
  }

  private TestCluster(Config config) {
    this.config = config;
    a = TestNode.start(ServiceObserver.NONE, config);
    b = a.join(config);
    c = a.join(config);
    probe = TestProbe.create(a.system());
    for (TestNode node : List.of(a, b, c)) {
      eventually(
          () -> {
            if (upMembers(node) != 3) {
              throw new AssertionError("not everybody is up yet");
            }
          });
    }
    // Else all shards come to those that are known, and move on in the middle of a test: some of
    // them back to where they were.
    for (TestNode node : List.of(a, b, c)) {
      eventually(
          () -> {
            if (!TestNode.await(node.connections().isRouting())) {
              throw new AssertionError("a region is not known to the coordinator yet");
            }
          });
    }
  }

  /** One more node. */
  TestNode join() {
    TestNode joined = a.join(config);
    later.add(joined);
    return joined;
  }

  private static long upMembers(TestNode node) {
    List<MemberStatus> states = new ArrayList<>();
    Cluster.get(node.system()).state().getMembers().forEach(m -> states.add(m.status()));
    return states.stream().filter(MemberStatus.up()::equals).count();
  }

  /** Waits until it does not fail. */
  void eventually(Runnable check) {
    probe.awaitAssert(
        TestNode.PATIENCE,
        () -> {
          check.run();
          return null;
        });
  }

  /** The id of a client whose entity is on this node, and will be as long as nothing moves. */
  String idWithEntityOn(TestNode node) {
    while (true) {
      String id = "client-" + ++lastClient;
      ClientKey key = ClientKey.of(TestNode.SERVICE, id);
      try (ScriptedClient scout = a.dial()) {
        scout.hello(TestNode.SERVICE, id);
        scout.awaitWelcome();
        boolean isThere = node.connections().entities().find(key) != null;
        scout.leave();
        scout.awaitEnd();
        if (isThere) {
          // Its entity must have heard of the end before the test's own client comes.
          eventually(
              () -> {
                if (node.connections().list(TestNode.SERVICE, null, 10_000).stream()
                    .anyMatch(client -> client.client().equals(key))) {
                  throw new AssertionError("still connected");
                }
              });
          return id;
        }
      }
    }
  }

  @Override
  public void close() {
    later.forEach(TestNode::close);
    c.close();
    b.close();
    a.close();
  }
}
