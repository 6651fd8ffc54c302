package org.streamingcommands.connection;

import com.google.protobuf.ByteString;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The trunks of this node, in both directions. A node offers others that they may have one to it,
 * by Pekko's own remoting; whoever is offered one dials. Once it stands, the dialler says by
 * remoting that it begins, and speaks on the trunk alone. What it said before that comes before
 * that, so that the order of what it says is kept. Where there is no trunk, all goes by remoting.
 * Thread-safe.
 */
public interface Trunks {
  /** What the engine is to trunks. */
  interface Listener {
    /** This node, as others call it. */
    String node();

    /**
     * Another node wrote this. Called on a thread of {@link StreamThread}, on which it is worked on
     * next.
     *
     * @throws IOException where it is no batch
     */
    void take(byte[] batch) throws IOException;

    /** A trunk to another node broke: what was written last may be lost. */
    void broken();
  }

  /** The one to a node that may be written to; null where there is none. */
  @Nullable Trunk to(String node);

  /** How many other nodes this one has one to. */
  int count();

  /**
   * What another node is to be told now: that it may have a trunk to here.
   *
   * @return null where it was told, or has one
   */
  @Nullable TrunkOffer offerTo(String node);

  /** Another node said so to this one. */
  void accept(TrunkOffer offer);

  /** Another node speaks on this trunk from now on, and all that it said otherwise has come. */
  void begin(ByteString key);

  /** A node is gone; one of the same name is another. */
  void forget(String node);
}
