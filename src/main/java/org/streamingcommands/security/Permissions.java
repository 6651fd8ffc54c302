package org.streamingcommands.security;

import java.util.List;

/** The union of some grants; none of them permits nothing. */
final class Permissions {
  /** Compared by identity, so that whoever asks nobody pays for no look-up. */
  static final Permissions ALL = new Permissions(List.of());

  static final Permissions NONE = new Permissions(List.of());

  private final List<Grant> grants;

  private Permissions(List<Grant> grants) {
    this.grants = grants;
  }

  static Permissions of(List<Grant> grants) {
    return grants.isEmpty() ? NONE : new Permissions(List.copyOf(grants));
  }

  boolean allow(Action action, String service, String typeUrl) {
    for (Grant grant : grants) {
      if (grant.covers(action, service) && grant.coversType(typeUrl)) {
        return true;
      }
    }
    return false;
  }

  boolean allow(Action action, String service) {
    for (Grant grant : grants) {
      if (grant.covers(action, service)) {
        return true;
      }
    }
    return false;
  }

  boolean allowEveryType(Action action, String service) {
    for (Grant grant : grants) {
      if (grant.covers(action, service) && grant.coversEveryType()) {
        return true;
      }
    }
    return false;
  }

  boolean allowWithAll(Action action) {
    for (Grant grant : grants) {
      if (grant.coversAll(action)) {
        return true;
      }
    }
    return false;
  }
}
