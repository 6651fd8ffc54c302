package org.streamingcommands.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.streamingcommands.connection.PresenceBoard.Change.CONNECTED;
import static org.streamingcommands.connection.PresenceBoard.Change.DISCONNECTED;
import static org.streamingcommands.connection.PresenceBoard.Change.MOVING;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.streamingcommands.command.ClientKey;

/** Nodes a, b and c tell of one client. */
class PresenceStoryTest {
  private static final long SETTLE = 100;

  private final List<String> told = new ArrayList<>();
  private final PresenceStory story =
      new PresenceStory(SETTLE, event -> told.add(event.kind() + " " + event.client().sessionId()));

  @Test
  void anEntityThatMovesTellsNothing() {
    story.heard("a", CONNECTED, client("s1", 1, "c"), 0);
    story.heard("a", MOVING, client("s1", 1, "c"), 10);
    story.sweep(10 + SETTLE - 1);
    story.heard("b", CONNECTED, client("s1", 2, "c"), 50);
    story.sweep(1_000);
    assertThat(told).containsExactly("CONNECTED s1");
    assertThat(story.clients()).extracting(ConnectedClient::epoch).containsExactly(2L);
  }

  @Test
  void theNextEntitysWordMayComeBeforeTheFormersFarewell() {
    story.heard("a", CONNECTED, client("s1", 1, "c"), 0);
    story.heard("b", CONNECTED, client("s1", 2, "c"), 0);
    story.heard("a", MOVING, client("s1", 1, "c"), 0);
    story.sweep(1_000);
    assertThat(told).containsExactly("CONNECTED s1");
  }

  @Test
  void aStreamThatNoEntityTakesOverIsGone() {
    story.heard("a", CONNECTED, client("s1", 1, "c"), 0);
    story.heard("a", MOVING, client("s1", 1, "c"), 0);
    story.sweep(SETTLE);
    assertThat(told).containsExactly("CONNECTED s1", "DISCONNECTED s1");
  }

  @Test
  void aStreamThatEndsBetweenTwoEntitiesIsGoneAtOnceAndForGood() {
    story.heard("a", CONNECTED, client("s1", 1, "c"), 0);
    story.heard("a", MOVING, client("s1", 1, "c"), 0);
    story.heard("c", DISCONNECTED, client("s1", 1, "c"), 0);
    // Its entity takes it in before it hears that it ended.
    story.heard("b", CONNECTED, client("s1", 2, "c"), 0);
    assertThat(told).containsExactly("CONNECTED s1", "DISCONNECTED s1");
    assertThat(story.clients()).isEmpty();
  }

  @Test
  void aNewerConnectionReplacesAndTheOlderOnesEndIsNoNews() {
    story.heard("a", CONNECTED, client("s1", 1, "c"), 0);
    story.heard("a", CONNECTED, client("s2", 2, "b"), 0);
    story.heard("a", DISCONNECTED, client("s1", 1, "c"), 0);
    story.heard("c", CONNECTED, client("s1", 1, "c"), 0);
    assertThat(told).containsExactly("CONNECTED s1", "REPLACED s2");
  }

  @Test
  void aLostEntitysClientThatCameBackElsewhereCountsWhateverItsEpoch() {
    story.heard("a", CONNECTED, client("s1", 9, "c"), 0);
    story.nodeGone("a", 0);
    // The clock that began this epoch is behind.
    story.heard("b", CONNECTED, client("s2", 3, "b"), 0);
    story.sweep(1_000);
    assertThat(told).containsExactly("CONNECTED s1", "REPLACED s2");
  }

  @Test
  void aLostNodesStreamsAreGoneAtOnceAndItsEntitiesClientsMayBeTakenOver() {
    story.heard("a", CONNECTED, client("s1", 1, "a"), 0);
    story.nodeGone("a", 0);
    assertThat(told).containsExactly("CONNECTED s1", "DISCONNECTED s1");
    told.clear();
    story.heard("b", CONNECTED, client("s2", 1, "c"), 0);
    story.nodeGone("b", 0);
    story.sweep(SETTLE - 1);
    story.heard("c", CONNECTED, client("s2", 2, "c"), 0);
    story.sweep(1_000);
    assertThat(told).containsExactly("CONNECTED s2");
  }

  @Test
  void whomANewSnapshotLeavesOutIsGoneUnlessAnotherNodeHasIt() {
    story.heard("a", CONNECTED, client("s1", 1, "c"), 0);
    story.heardAll("a", Set.of(), 0);
    story.sweep(SETTLE);
    assertThat(told).containsExactly("CONNECTED s1", "DISCONNECTED s1");
  }

  @Test
  void aClientBetweenTwoEntitiesIsConnectedForWhoeverBeginsToWatch() {
    story.heard("a", MOVING, client("s1", 1, "c"), 0);
    assertThat(story.clients()).hasSize(1);
    story.sweep(SETTLE);
    assertThat(told).containsExactly("CONNECTED s1", "DISCONNECTED s1");
  }

  private static ConnectedClient client(String session, long epoch, String node) {
    return new ConnectedClient(
        ClientKey.of("bots", "bot"),
        session,
        epoch,
        Map.of(),
        "",
        Instant.EPOCH,
        Instant.EPOCH,
        0,
        0,
        node);
  }
}
