package org.streamingcommands.trunk;

import com.google.protobuf.ByteString;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What other nodes were offered, and what came of it. A node that does not dial, because nothing of
 * it gets here but by remoting, is asked again ever more rarely. Thread-safe.
 */
final class Offers {
  private static final long FIRST_NANOS = TimeUnit.SECONDS.toNanos(2);
  private static final int MOST_DOUBLED = 5;

  /** The one to a node that counts. */
  private static final class Offer {
    private final String node;
    private final ByteString key;
    private final long againNanos;
    private final int unanswered;
    private @Nullable InboundTrunk taken;

    Offer(String node, ByteString key, long now, int unanswered) {
      this.node = node;
      this.key = key;
      this.unanswered = unanswered;
      this.againNanos = now + (FIRST_NANOS << Math.min(unanswered, MOST_DOUBLED));
    }
  }

  private final LongSupplier nanoClock;
  private final SecureRandom random = new SecureRandom();
  private final Map<String, Offer> byNode = new HashMap<>();
  private final Map<ByteString, Offer> byKey = new HashMap<>();

  Offers(LongSupplier nanoClock) {
    this.nanoClock = nanoClock;
  }

  /**
   * @return a new key for this node; null where it has one that it has used, or may still use
   */
  synchronized @Nullable ByteString next(String node) {
    Offer last = byNode.get(node);
    long now = nanoClock.getAsLong();
    if (last != null && (last.taken != null || now - last.againNanos < 0)) {
      return null;
    }
    byte[] key = new byte[TrunkWire.KEY_BYTES];
    random.nextBytes(key);
    Offer offer =
        new Offer(node, ByteString.copyFrom(key), now, last == null ? 0 : last.unanswered + 1);
    if (last != null) {
      byKey.remove(last.key);
    }
    byKey.put(offer.key, offer);
    byNode.put(node, offer);
    return offer.key;
  }

  /**
   * @return whether this key was told to somebody, and is shown for the first time
   */
  synchronized boolean take(ByteString key, InboundTrunk trunk) {
    Offer offer = byKey.get(key);
    if (offer == null || offer.taken != null) {
      return false;
    }
    offer.taken = trunk;
    return true;
  }

  /** The trunk that came with this key; null where none did. */
  synchronized @Nullable InboundTrunk trunk(ByteString key) {
    Offer offer = byKey.get(key);
    return offer == null ? null : offer.taken;
  }

  /** The trunk of this key is no more: its node is offered another. */
  synchronized void ended(ByteString key) {
    Offer offer = byKey.remove(key);
    if (offer != null) {
      byNode.remove(offer.node, offer);
    }
  }

  /**
   * @return the trunk of this node, which nobody wants any more; null where it had none
   */
  synchronized @Nullable InboundTrunk forget(String node) {
    Offer offer = byNode.remove(node);
    if (offer == null) {
      return null;
    }
    byKey.remove(offer.key);
    return offer.taken;
  }
}
