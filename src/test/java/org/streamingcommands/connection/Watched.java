package org.streamingcommands.connection;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.streamingcommands.support.TestNode;

/** What one watcher on one node is told of some clients. */
final class Watched implements AutoCloseable {
  final BlockingQueue<ClusterListing> snapshots = new LinkedBlockingQueue<>();
  private final BlockingQueue<String> changes = new LinkedBlockingQueue<>();
  private final Set<String> ids;
  private final Runnable end;

  Watched(TestNode node, Collection<String> clientIds) {
    ids = Set.copyOf(clientIds);
    end =
        node.connections()
            .watch(
                snapshots::add,
                event -> {
                  String id = event.client().client().clientId();
                  if (ids.contains(id)) {
                    changes.add(event.kind() + " " + id);
                  }
                });
  }

  /** The ids of those who were connected. */
  Set<String> awaitSnapshot() {
    try {
      ClusterListing snapshot = snapshots.poll(TestNode.PATIENCE.toSeconds(), TimeUnit.SECONDS);
      assertThat(snapshot).isNotNull();
      assertThat(snapshot.silent()).isEmpty();
      Set<String> connected = new TreeSet<>();
      snapshot.clients().forEach(client -> connected.add(client.client().clientId()));
      connected.retainAll(ids);
      return connected;
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  String awaitChange() {
    try {
      return changes.poll(TestNode.PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** What was told since, in their order. */
  List<String> untilNow() {
    List<String> told = new ArrayList<>();
    changes.drainTo(told);
    return told;
  }

  @Override
  public void close() {
    end.run();
  }
}
