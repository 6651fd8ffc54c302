package org.streamingcommands.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.Join;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.streamingcommands.connection.Connections;
import org.streamingcommands.service.ClientService;
import org.streamingcommands.support.TestNode;

/** Names of services, here and in the cluster. */
class StreamingServiceRegistryTest {
  private ActorSystem<Void> system;
  private StreamingServiceRegistry registry;

  @BeforeEach
  void start() {
    system = ActorSystem.create(Behaviors.empty(), "registry", TestNode.config());
    Cluster cluster = Cluster.get(system);
    cluster.manager().tell(new Join(cluster.selfMember().address()));
    registry = StreamingServiceRegistry.get(system);
  }

  @AfterEach
  void stop() {
    system.terminate();
    TestNode.await(system.getWhenTerminated().toCompletableFuture());
  }

  @Test
  void aRegisteredServiceIsFoundListedAndTakenAway() {
    ClientService bots = service(system, "bots");
    registry.register(bots);
    assertThat(registry.get("bots")).containsSame(bots);
    assertThat(registry.isRegistered("bots")).isTrue();
    assertThat(registry.list()).containsExactly("bots");
    assertThat(Connections.get(system).knows("bots")).isTrue();
    assertThat(registry.unregister("bots")).isTrue();
    assertThat(registry.unregister("bots")).isFalse();
    assertThat(registry.isRegistered("bots")).isFalse();
    assertThat(registry.get("bots")).isEmpty();
  }

  @Test
  void aNameCannotBeRegisteredTwice() {
    registry.register(service(system, "bots"));
    assertThatThrownBy(() -> registry.register(service(system, "bots")))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("bots");
  }

  @Test
  void clearTakesAllAway() {
    registry.register(service(system, "a"));
    registry.register(service(system, "b"));
    registry.clear();
    assertThat(registry.list()).isEmpty();
  }

  @Test
  void ofManyThreadsThatRegisterOneNameOneWins() {
    AtomicInteger wins = new AtomicInteger();
    List<CompletableFuture<Void>> all = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      all.add(
          CompletableFuture.runAsync(
              () -> {
                try {
                  registry.register(service(system, "contended"));
                  wins.incrementAndGet();
                } catch (IllegalStateException e) {
                  // Somebody else was first.
                }
              }));
    }
    all.forEach(TestNode::await);
    assertThat(wins).hasValue(1);
  }

  @Test
  void anotherNodesServicesAreSeenAndForgotten() {
    ActorSystem<Void> other = ActorSystem.create(Behaviors.empty(), "registry", TestNode.config());
    try {
      Cluster.get(other).manager().tell(new Join(Cluster.get(system).selfMember().address()));
      StreamingServiceRegistry there = StreamingServiceRegistry.get(other);
      there.register(service(other, "far-away"));
      String otherNode = Connections.get(other).node();
      TestProbe<Object> probe = TestProbe.create(system);
      probe.awaitAssert(
          TestNode.PATIENCE,
          () -> {
            assertThat(registry.isRegisteredInCluster("far-away")).isTrue();
            assertThat(registry.nodesOf("far-away")).isEqualTo(Set.of(otherNode));
            assertThat(Connections.get(system).knows("far-away")).isTrue();
            return null;
          });
      assertThat(registry.isRegistered("far-away")).isFalse();
      there.unregister("far-away");
      probe.awaitAssert(
          TestNode.PATIENCE,
          () -> {
            assertThat(registry.isRegisteredInCluster("far-away")).isFalse();
            return null;
          });
    } finally {
      other.terminate();
      TestNode.await(other.getWhenTerminated().toCompletableFuture());
    }
  }

  private static ClientService service(ActorSystem<?> system, String name) {
    return ClientService.builder(system, name).build();
  }
}
