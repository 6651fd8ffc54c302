package org.streamingcommands.connection;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.pekko.actor.testkit.typed.javadsl.TestInbox;
import org.junit.jupiter.api.Test;
import org.streamingcommands.command.ClientKey;

/** One node's board, while entities and streams come and go on it. */
class PresenceBoardTest {
  private static final Duration A_MOMENT = Duration.ofSeconds(1);

  private Instant now = Instant.EPOCH;
  private final PresenceBoard board = new PresenceBoard(() -> now);
  private final LocalEntities entities = new LocalEntities(board);

  @Test
  void whoseEntityLeavesWhileAListingReadsIsListed() {
    connect("a");
    LocalEntities.Entry leaving = connect("b");
    connect("c");
    List<ConnectedClient> listed =
        board.list(
            "bots",
            client -> {
              if (client.client().clientId().equals("a")) {
                entities.remove(leaving);
              }
              return true;
            },
            null,
            10);
    assertThat(ids(listed)).containsExactly("a", "b", "c");
  }

  @Test
  void aPageWithOneWhoseEntityLeftIsNoLongerThanAsked() {
    LocalEntities.Entry leaving = connect("a");
    connect("b");
    connect("c");
    entities.remove(leaving);
    assertThat(ids(list(2))).containsExactly("a", "b");
  }

  @Test
  void whoseEntityLeftIsListedUntilItsStreamsNodeKnows() {
    entities.remove(connect("a"));
    now = now.plus(A_MOMENT).minusMillis(1);
    assertThat(ids(list(10))).containsExactly("a");
    now = now.plusMillis(1);
    assertThat(list(10)).isEmpty();
  }

  @Test
  void whoFoundItsEntityOnANodeThatWasAskedBeforeIsStillListed() {
    board.seeking(client("a"));
    now = now.plus(A_MOMENT.multipliedBy(5));
    assertThat(ids(list(10))).containsExactly("a");
    board.found(client("a"));
    now = now.plus(A_MOMENT).minusMillis(1);
    assertThat(ids(list(10))).containsExactly("a");
    now = now.plusMillis(1);
    assertThat(list(10)).isEmpty();
  }

  @Test
  void whoseStreamEndsJustAfterItFoundItsEntityIsNotListed() {
    board.seeking(client("a"));
    board.found(client("a"));
    board.lost(client("a"));
    assertThat(list(10)).isEmpty();
  }

  @Test
  void whoWatchesHearsOfOneThatFoundItsEntityFromTheNodeOfThatOne() {
    board.seeking(client("seeks"));
    board.seeking(client("found"));
    board.found(client("found"));
    List<String> told = new ArrayList<>();
    board.watch(
        new PresenceBoard.Watcher() {
          @Override
          public void snapshot(List<ConnectedClient> connected, List<ConnectedClient> moving) {
            told.addAll(ids(connected));
            moving.forEach(client -> told.add("moving " + client.client().clientId()));
          }

          @Override
          public void changed(PresenceBoard.Change change, ConnectedClient client) {
            told.add(change + " " + client.client().clientId());
          }
        });
    board.lost(client("found"));
    board.lost(client("seeks"));
    assertThat(told).containsExactly("moving seeks", "DISCONNECTED seeks");
  }

  private List<ConnectedClient> list(int limit) {
    return board.list("bots", client -> true, null, limit);
  }

  private static List<String> ids(List<ConnectedClient> clients) {
    return clients.stream().map(client -> client.client().clientId()).toList();
  }

  private LocalEntities.Entry connect(String id) {
    ClientKey key = ClientKey.of("bots", id);
    LocalEntities.Entry entry =
        entities.add(key, TestInbox.<ClientConnection.Message>create().getRef());
    entities.connected(entry, Hello.of(key), new StreamRef("here", 1), 1, new RecordingDownlink(0));
    return entry;
  }

  private static ConnectedClient client(String id) {
    return new ConnectedClient(
        ClientKey.of("bots", id),
        "s-" + id,
        1,
        Map.of(),
        "",
        Instant.EPOCH,
        Instant.EPOCH,
        0,
        0,
        "here");
  }
}
