package org.streamingcommands.trunk;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class OffersTest {
  private final AtomicLong now = new AtomicLong();
  private final Offers offers = new Offers(now::get);
  private final InboundTrunk trunk = new InboundTrunk(TrunkLimits.of(1), new NoOwner());

  private static final class NoOwner implements InboundTrunk.Owner {
    @Override
    public boolean admit(ByteString key, InboundTrunk trunk) {
      return false;
    }

    @Override
    public void take(byte[] batch) {
      throw new AssertionError("nothing comes");
    }

    @Override
    public void ended(ByteString key) {
      throw new AssertionError("nothing began");
    }
  }

  private ByteString next(String node) {
    ByteString key = offers.next(node);
    assertThat(key).isNotNull();
    return key;
  }

  @Test
  void eachNodeIsOfferedOne() {
    ByteString toA = next("a");
    assertThat(toA.size()).isEqualTo(TrunkWire.KEY_BYTES);
    assertThat(offers.next("a")).isNull();
    assertThat(next("b")).isNotEqualTo(toA);
  }

  @Test
  void aKeyIsGoodForOneTrunk() {
    ByteString key = next("a");
    assertThat(offers.trunk(key)).isNull();
    assertThat(offers.take(key, trunk)).isTrue();
    assertThat(offers.trunk(key)).isSameAs(trunk);
    assertThat(offers.take(key, trunk)).isFalse();
  }

  @Test
  void aKeyThatNobodyWasToldIsNone() {
    next("a");
    assertThat(offers.take(ByteString.copyFrom(new byte[TrunkWire.KEY_BYTES]), trunk)).isFalse();
  }

  @Test
  void whoeverDoesNotDialIsAskedEverMoreRarely() {
    next("a");
    long[] pauses = {2, 4, 8, 16, 32, 64, 64, 64};
    for (long pause : pauses) {
      now.addAndGet(Duration.ofSeconds(pause).toNanos() - 1);
      assertThat(offers.next("a")).isNull();
      now.addAndGet(1);
      next("a");
    }
  }

  @Test
  void aKeyThatWasFollowedByAnotherIsGoodNoMore() {
    ByteString first = next("a");
    now.addAndGet(Duration.ofSeconds(2).toNanos());
    ByteString second = next("a");
    assertThat(offers.take(first, trunk)).isFalse();
    assertThat(offers.take(second, trunk)).isTrue();
  }

  @Test
  void whoeverHasOneIsOfferedNoneUntilItEnds() {
    ByteString key = next("a");
    offers.take(key, trunk);
    now.addAndGet(Duration.ofDays(1).toNanos());
    assertThat(offers.next("a")).isNull();
    offers.ended(key);
    assertThat(next("a")).isNotEqualTo(key);
  }

  @Test
  void whatANodeHadIsForgottenWithIt() {
    ByteString key = next("a");
    assertThat(offers.forget("a")).isNull();
    assertThat(offers.take(key, trunk)).isFalse();
    offers.take(next("a"), trunk);
    assertThat(offers.forget("a")).isSameAs(trunk);
    assertThat(offers.forget("a")).isNull();
  }
}
