package org.streamingcommands.bench;

import com.google.protobuf.BytesValue;
import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/**
 * What all threads of this JVM allocate while it asks, and how many are started meanwhile: for a
 * server that is asked from its own JVM that is all but the client's part.
 */
final class Allocation {
  private static final int WINDOW = 64;
  private static final ThreadMXBean THREADS =
      ManagementFactory.getPlatformMXBean(ThreadMXBean.class);

  private Allocation() {}

  static Line run(List<Sender.Target> targets, BytesValue command, Duration time)
      throws InterruptedException {
    long started = THREADS.getTotalStartedThreadCount();
    long allocated = allocated();
    WindowLoop.Done done = WindowLoop.run(targets, command, WINDOW, time);
    return Line.of("allocation")
        .with("bytes", (allocated() - allocated) / (double) done.asks())
        .with("threads", (THREADS.getTotalStartedThreadCount() - started) / (double) done.asks());
  }

  /** By the threads that live; what ended ones had allocated is not known any more. */
  private static long allocated() {
    long[] perThread = THREADS.getThreadAllocatedBytes(THREADS.getAllThreadIds());
    return Arrays.stream(perThread).filter(bytes -> bytes > 0).sum();
  }
}
