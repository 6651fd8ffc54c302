package org.streamingcommands.connection;

import com.google.protobuf.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * Those that this node was given to use; none before that, and for a system without. Thread-safe.
 */
final class UsedTrunks implements Trunks {
  private volatile @Nullable Trunks given;

  void use(Trunks trunks) {
    given = trunks;
  }

  @Override
  public @Nullable Trunk to(String node) {
    Trunks trunks = given;
    return trunks == null ? null : trunks.to(node);
  }

  @Override
  public int count() {
    Trunks trunks = given;
    return trunks == null ? 0 : trunks.count();
  }

  @Override
  public @Nullable TrunkOffer offerTo(String node) {
    Trunks trunks = given;
    return trunks == null ? null : trunks.offerTo(node);
  }

  @Override
  public void accept(TrunkOffer offer) {
    Trunks trunks = given;
    if (trunks != null) {
      trunks.accept(offer);
    }
  }

  @Override
  public void begin(ByteString key) {
    Trunks trunks = given;
    if (trunks != null) {
      trunks.begin(key);
    }
  }

  @Override
  public void forget(String node) {
    Trunks trunks = given;
    if (trunks != null) {
      trunks.forget(node);
    }
  }
}
