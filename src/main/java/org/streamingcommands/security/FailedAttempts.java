package org.streamingcommands.security;

import java.net.InetAddress;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Who failed to show who they are too often lately, by address: they are refused before anything of
 * theirs is checked, because a signature costs more to check than to invent. Thread-safe.
 */
final class FailedAttempts {
  private static final int MAX_ADDRESSES = 10_000;

  private final int perSecond;
  private final Map<InetAddress, RateLimit> byAddress =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<InetAddress, RateLimit> eldest) {
          return size() > MAX_ADDRESSES;
        }
      };

  /**
   * @param perSecond 0 for any number
   */
  FailedAttempts(int perSecond) {
    this.perSecond = perSecond;
  }

  synchronized boolean areTooMany(InetAddress from) {
    RateLimit limit = byAddress.get(from);
    return limit != null && limit.isEmpty(System.nanoTime());
  }

  synchronized void add(InetAddress from) {
    if (perSecond > 0) {
      long now = System.nanoTime();
      byAddress.computeIfAbsent(from, any -> new RateLimit(perSecond, now)).tryTake(now);
    }
  }
}
