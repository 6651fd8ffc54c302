package org.streamingcommands.edge;

/** Bytes of the current thread, for as long as one call takes: a frame is copied and forgotten. */
final class ScratchBytes {
  /** More than most frames need, and little enough for each thread to keep. */
  private static final int KEPT = 16 << 10;

  private static final ThreadLocal<byte[]> OF_THREAD =
      ThreadLocal.withInitial(() -> new byte[KEPT]);

  private ScratchBytes() {}

  /** At least so many, with anything in them. The next call on this thread may give the same. */
  static byte[] ofAtLeast(int size) {
    return size <= KEPT ? OF_THREAD.get() : new byte[size];
  }
}
