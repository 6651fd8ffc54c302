package org.streamingcommands.bench;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What this JVM holds and has used.
 *
 * @param heap bytes
 * @param direct bytes of buffers outside the heap, where Netty keeps what a socket does not take
 * @param resident bytes of memory that the process has from the system; 0 where that is not known
 * @param cpuNanos that the process has run since its start, on all cores together
 */
record Usage(long heap, long direct, long resident, long cpuNanos) {
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final String RESIDENT = "VmRSS:";
  private static final long KIB = 1024;

  /** As it is, without a collection that would itself use time. */
  static Usage now() {
    long direct =
        ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
            .filter(pool -> pool.getName().equals("direct"))
            .mapToLong(BufferPoolMXBean::getMemoryUsed)
            .sum();
    return new Usage(
        ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed(),
        direct,
        residentBytes(),
        ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime());
  }

  /** After full collections: the first lets cleaners run, the second takes what they let go. */
  static Usage collected() {
    System.gc();
    System.gc();
    return now();
  }

  private static long residentBytes() {
    if (!Files.isReadable(STATUS)) {
      return 0;
    }
    try (var lines = Files.lines(STATUS)) {
      return lines
          .filter(line -> line.startsWith(RESIDENT))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * KIB)
          .findFirst()
          .orElse(0);
    } catch (IOException e) {
      return 0;
    }
  }

  Line addTo(Line line) {
    return line.with("heap", heap)
        .with("direct", direct)
        .with("resident", resident)
        .with("cpu", cpuNanos);
  }

  static Usage from(Line line) {
    return new Usage(
        line.longNumber("heap"),
        line.longNumber("direct"),
        line.longNumber("resident"),
        line.longNumber("cpu"));
  }
}
