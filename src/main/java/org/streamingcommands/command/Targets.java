package org.streamingcommands.command;

import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Which clients of a service are meant. Immutable. */
public sealed interface Targets {
  /**
   * These, in this order, connected or not.
   *
   * @param clientIds at least one, none of them twice
   */
  record Ids(List<String> clientIds) implements Targets {
    public Ids {
      clientIds = List.copyOf(clientIds);
      if (clientIds.isEmpty()) {
        throw new IllegalArgumentException("client_ids: must not be empty");
      }
      Set<String> seen = new HashSet<>(clientIds.size() * 2);
      for (int i = 0; i < clientIds.size(); i++) {
        String id = clientIds.get(i);
        String problem =
            Names.problemWithText("client_ids[" + i + "]", id, 1, Names.MAX_CLIENT_ID).orElse(null);
        if (problem != null) {
          throw new IllegalArgumentException(problem);
        }
        if (!seen.add(id)) {
          throw new IllegalArgumentException(
              "client_ids[%d]: '%s' was named before".formatted(i, id));
        }
      }
    }
  }

  /** Those that are connected when the send begins and that the selector chooses, by id. */
  record Labels(LabelSelector selector) implements Targets {}

  /**
   * @throws IllegalArgumentException for none, a bad one, or one that is named twice
   */
  static Targets ids(Collection<String> clientIds) {
    return new Ids(List.copyOf(clientIds));
  }

  /**
   * @throws IllegalArgumentException for none, a bad one, or one that is named twice
   */
  static Targets ids(String... clientIds) {
    return new Ids(List.of(clientIds));
  }

  /**
   * @param selector such as {@code zone in (eu,us),!canary}; the empty one chooses all
   * @throws IllegalArgumentException saying where it cannot be read
   */
  static Targets labels(String selector) {
    return new Labels(LabelSelector.parse(selector));
  }

  /** Everyone who is connected when the send begins. */
  static Targets all() {
    return new Labels(LabelSelector.ALL);
  }
}
