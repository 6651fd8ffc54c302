package org.streamingcommands.client;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.streamingcommands.command.ClientKey;

/**
 * The links that share the clients, and which client's home is which: by the largest of the marks
 * that a client gives each, so that a link that comes or goes moves no other clients than its own.
 */
final class Homes {
  private final List<ApiLink> links;
  private volatile boolean settled;

  /**
   * @param settled whether no client can have anything under way at another home
   */
  Homes(List<ApiLink> links, boolean settled) {
    this.links = List.copyOf(links);
    this.settled = settled;
  }

  List<ApiLink> links() {
    return links;
  }

  /** Whether it is known which clients have something under way at the home they had before. */
  boolean isSettled() {
    return settled;
  }

  void settle() {
    settled = true;
  }

  ApiLink of(ClientKey client) {
    ApiLink first = links.get(0);
    if (links.size() == 1) {
      return first;
    }
    int hash = client.hashCode();
    ApiLink best = first;
    int most = mark(hash, first);
    for (int i = 1; i < links.size(); i++) {
      int mark = mark(hash, links.get(i));
      if (mark > most) {
        most = mark;
        best = links.get(i);
      }
    }
    return best;
  }

  /** The next best that can carry the client's exchanges at present. */
  @Nullable ApiLink usable(ClientKey client) {
    int hash = client.hashCode();
    ApiLink best = null;
    int most = 0;
    for (ApiLink link : links) {
      int mark = mark(hash, link);
      if (link.isUsable() && (best == null || mark > most)) {
        best = link;
        most = mark;
      }
    }
    return best;
  }

  private static int mark(int hash, ApiLink link) {
    return mix(hash ^ link.seed());
  }

  /** Every bit of the result depends on every bit of the input. */
  static int mix(int bits) {
    int mixed = (bits ^ bits >>> 16) * 0x85ebca6b;
    mixed = (mixed ^ mixed >>> 13) * 0xc2b2ae35;
    return mixed ^ mixed >>> 16;
  }
}
