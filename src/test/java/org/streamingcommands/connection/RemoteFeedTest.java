package org.streamingcommands.connection;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.streamingcommands.support.TestNode;

/** What a node makes of what another node's entity sends to a stream of it. */
class RemoteFeedTest {
  private static final ActorTestKit KIT = ActorTestKit.create("test", TestNode.config());
  private static final StreamRef REF = new StreamRef("here", 1);

  private final List<String> written = new ArrayList<>();
  private final List<String> unwritten = new ArrayList<>();
  private final TestProbe<ClientConnection.Message> entity = KIT.createTestProbe();
  private final RemoteFeed feed = new RemoteFeed(REF, new Recording(), unwritten::add);

  RemoteFeedTest() {
    feed.attached(EntityLine.to(entity.ref()));
  }

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
  }

  @Test
  void aCommandWhoseDeadlinePassedBeforeThereWasRoomIsAccountedFor() {
    feed.credits(0);
    arrives("late", -1, 1);
    assertThat(written).isEmpty();
    feed.credits(1);
    assertThat(written).isEmpty();
    assertThat(unwritten).containsExactly("late");
    ClientConnection.NotWritten told = entity.expectMessageClass(ClientConnection.NotWritten.class);
    assertThat(told.commandId()).isEqualTo("late");
    assertThat(told.expired()).isTrue();
  }

  @Test
  void whatFollowsALostDeliveryWaitsUntilThatIsSentAgain() {
    assertThat(arrives("c1", 60, 1)).isTrue();
    assertThat(arrives("c3", 60, 3)).isFalse();
    assertThat(arrives("c4", 60, 4)).isFalse();
    assertThat(entity.expectMessageClass(ClientConnection.DeliveriesMissed.class).arrived())
        .isOne();
    // It is asked for once, and what came already is not written twice.
    for (int i = 1; i <= 4; i++) {
      assertThat(arrives("c" + i, 60, i)).isEqualTo(i > 1);
    }
    assertThat(written).containsExactly("c1", "c2", "c3", "c4");
    assertThat(feed.arrived()).isEqualTo(4);
    entity.expectNoMessage(Duration.ZERO);
  }

  private boolean arrives(String id, int seconds, long sequence) {
    boolean isNext = feed.isNext(sequence);
    if (isNext) {
      feed.deliver(
          new Delivery(TestNode.command(id, "x", Duration.ofSeconds(seconds)), 0, false), sequence);
    }
    return isNext;
  }

  private final class Recording implements ClientStream {
    @Override
    public void welcome(Welcome welcome) {}

    @Override
    public int deliver(Delivery delivery) {
      written.add(delivery.command().id());
      return 1;
    }

    @Override
    public void cancel(String commandId) {}

    @Override
    public void ping(long nonce, long resultsConfirmed) {}

    @Override
    public void goodbye(Goodbye last) {}

    @Override
    public void reject(Rejection rejection) {}
  }
}
