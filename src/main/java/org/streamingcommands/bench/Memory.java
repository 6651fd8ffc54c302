package org.streamingcommands.bench;

import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;

/**
 * What this JVM holds, in MiB.
 *
 * @param heap after a full collection
 * @param direct buffers outside the heap, where Netty keeps the frames that a socket does not take
 */
record Memory(double heap, double direct) {
  private static final double MIB = 1 << 20;

  static Memory now() {
    System.gc();
    long heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    long direct =
        ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
            .filter(pool -> pool.getName().equals("direct"))
            .mapToLong(BufferPoolMXBean::getMemoryUsed)
            .sum();
    return new Memory(heap / MIB, direct / MIB);
  }

  Line addTo(Line line) {
    return line.with("heap", heap).with("direct", direct);
  }
}
