package org.streamingcommands.security;

import java.util.LinkedHashMap;
import java.util.Map;
import org.streamingcommands.command.Proof;

/** The quota of every principal that was here lately. Thread-safe. */
final class Quotas {
  /** Principals have shown who they are, so this bounds memory and is no defence. */
  private static final int MAX_KNOWN = 100_000;

  private final Map<String, Quota> known =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Quota> eldest) {
          return size() > MAX_KNOWN && eldest.getValue().isUnused();
        }
      };

  /** The principal's. */
  Quota of(Proof proof, String name, Limits own) {
    if (own.equals(Limits.NONE)) {
      return Quota.NONE;
    }
    synchronized (known) {
      return known.computeIfAbsent(proof + "/" + name, any -> new Quota(own));
    }
  }
}
