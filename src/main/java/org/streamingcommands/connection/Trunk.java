package org.streamingcommands.connection;

import com.google.protobuf.ByteString;

/**
 * A connection of this node's own to another one, for what is said to its {@link Gateway}. What is
 * written comes in its order, or not at all, as between actors: nobody is told of what is lost but
 * {@link Trunks.Listener}. Thread-safe.
 */
public interface Trunk {
  /** By which the other node knows it. */
  ByteString key();

  /**
   * Does not block. Lost where the trunk is broken, or where the other node has not kept up for
   * long.
   *
   * @param batch not written to by anybody after this
   */
  void write(byte[] batch);
}
