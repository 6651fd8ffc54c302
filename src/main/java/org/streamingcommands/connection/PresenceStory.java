package org.streamingcommands.connection;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.streamingcommands.command.ClientKey;

/**
 * What the nodes say of their clients, made one story: an entity that moves tells nothing, the
 * larger epoch counts, and who was on a lost node is gone unless another node has the same stream
 * within a settle time. Plain state; not thread-safe.
 */
final class PresenceStory {
  private static final long CERTAIN = Long.MAX_VALUE;

  /**
   * Streams that their own node said have ended: an entity that hears of it late is not believed.
   */
  private static final int MOST_ENDED = 10_000;

  /**
   * @param teller the node whose entity says so
   * @param untilMillis until when the next entity's word is waited for
   */
  private record Known(ConnectedClient client, String teller, long untilMillis) {}

  private final NavigableMap<ClientKey, Known> byClient = new TreeMap<>();
  private final Map<String, Boolean> ended =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
          return size() > MOST_ENDED;
        }
      };
  private final long settleMillis;
  private final Consumer<PresenceEvent> changes;

  /**
   * @param settleMillis how long a stream may need to find its next entity
   */
  PresenceStory(long settleMillis, Consumer<PresenceEvent> changes) {
    this.settleMillis = settleMillis;
    this.changes = changes;
  }

  /** In the order of service and id. */
  List<ConnectedClient> clients() {
    List<ConnectedClient> clients = new ArrayList<>(byClient.size());
    byClient.values().forEach(known -> clients.add(known.client()));
    return clients;
  }

  void heard(String teller, PresenceBoard.Change change, ConnectedClient client, long now) {
    switch (change) {
      case ALIVE -> {}
      case CONNECTED -> connected(teller, client, CERTAIN);
      case MOVING -> moving(teller, client, now);
      case DISCONNECTED -> disconnected(teller, client);
    }
  }

  private void connected(String teller, ConnectedClient client, long untilMillis) {
    if (ended.containsKey(client.sessionId())) {
      return;
    }
    Known known = byClient.get(client.client());
    if (known != null && isOlder(client, untilMillis, known)) {
      return;
    }
    byClient.put(client.client(), new Known(client, teller, untilMillis));
    if (known == null) {
      tell(PresenceEvent.Kind.CONNECTED, client);
    } else if (!known.client().sessionId().equals(client.sessionId())) {
      tell(PresenceEvent.Kind.REPLACED, client);
    }
  }

  /** Of another stream than one in doubt, certain word counts: its entity may have lost count. */
  private static boolean isOlder(ConnectedClient client, long untilMillis, Known known) {
    boolean isSure = untilMillis == CERTAIN;
    boolean isSame = known.client().sessionId().equals(client.sessionId());
    if (isSure && !isSame && known.untilMillis() != CERTAIN) {
      return false;
    }
    return known.client().epoch() > client.epoch()
        || known.client().epoch() == client.epoch() && !isSure;
  }

  private void moving(String teller, ConnectedClient client, long now) {
    Known known = byClient.get(client.client());
    if (known == null) {
      connected(teller, client, now + settleMillis);
    } else if (known.client().sessionId().equals(client.sessionId())
        && known.client().epoch() <= client.epoch()
        && known.untilMillis() == CERTAIN) {
      byClient.put(client.client(), new Known(known.client(), teller, now + settleMillis));
    }
  }

  private void disconnected(String teller, ConnectedClient client) {
    if (teller.equals(client.node())) {
      ended.put(client.sessionId(), true);
    }
    Known known = byClient.get(client.client());
    if (known != null && known.client().sessionId().equals(client.sessionId())) {
      byClient.remove(client.client());
      tell(PresenceEvent.Kind.DISCONNECTED, client);
    }
  }

  /** All that this node has to say from now on; whom it left out has moved or is gone. */
  void heardAll(String teller, Set<ClientKey> clients, long now) {
    byClient.replaceAll(
        (client, known) ->
            known.teller().equals(teller)
                    && known.untilMillis() == CERTAIN
                    && !clients.contains(client)
                ? new Known(known.client(), teller, now + settleMillis)
                : known);
  }

  /** The node is gone: with the streams that it held, and perhaps with nothing but the entities. */
  void nodeGone(String node, long now) {
    for (Known known : List.copyOf(byClient.values())) {
      if (known.teller().equals(node) && known.client().node().equals(node)) {
        disconnected(node, known.client());
      }
    }
    heardAll(node, new HashSet<>(), now);
  }

  /** Nobody took them over. */
  void sweep(long now) {
    Iterator<Known> all = byClient.values().iterator();
    while (all.hasNext()) {
      Known known = all.next();
      if (known.untilMillis() <= now) {
        all.remove();
        tell(PresenceEvent.Kind.DISCONNECTED, known.client());
      }
    }
  }

  private void tell(PresenceEvent.Kind kind, ConnectedClient client) {
    changes.accept(new PresenceEvent(kind, client));
  }
}
