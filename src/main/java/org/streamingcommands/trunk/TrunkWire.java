package org.streamingcommands.trunk;

/**
 * What goes over a trunk. The node that dialled says {@link #MAGIC} and its key, and hears {@link
 * #READY}. Then it says batches, each after its length in four bytes, and is answered nothing. A
 * length of 0 is a ping, to be answered by {@link #PONG} once all before it was taken.
 */
final class TrunkWire {
  /** "SCTRUNK", and the version of all this. */
  static final long MAGIC = 0x53435452554E4B01L;

  static final int KEY_BYTES = 16;
  static final int PREFACE_BYTES = Long.BYTES + KEY_BYTES;
  static final byte[] PING = {};
  static final byte READY = 1;
  static final byte PONG = 2;

  private TrunkWire() {}
}
