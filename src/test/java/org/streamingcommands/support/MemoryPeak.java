package org.streamingcommands.support;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.netty.shaded.io.netty.util.internal.PlatformDependent;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The most memory that this JVM uses while something happens: what outlives a young collection (the
 * old generation's own peak, where large arrays are too), and buffers outside the heap, Netty's
 * among them. What is merely garbage says nothing, so the whole heap is printed and not judged.
 */
public final class MemoryPeak implements AutoCloseable {
  private static final long MEGABYTE = 1 << 20;
  private static final List<BufferPoolMXBean> BUFFERS =
      ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class);

  private final MemoryPoolMXBean old;
  private final long oldBefore;
  private final long directBefore;
  private final AtomicLong heap = new AtomicLong();
  private final AtomicLong direct = new AtomicLong();
  private final ScheduledExecutorService sampler =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "memory-peak");
            thread.setDaemon(true);
            return thread;
          });

  public MemoryPeak() {
    old =
        ManagementFactory.getMemoryPoolMXBeans().stream()
            .filter(pool -> pool.getType() == MemoryType.HEAP)
            .filter(pool -> pool.getName().matches(".*(Old Gen|Tenured Gen)"))
            .findFirst()
            .orElseThrow();
    settle();
    old.resetPeakUsage();
    oldBefore = old.getUsage().getUsed();
    directBefore = directNow();
    sampler.scheduleAtFixedRate(this::sample, 0, 5, TimeUnit.MILLISECONDS);
  }

  private static void settle() {
    System.gc();
  }

  private void sample() {
    Runtime runtime = Runtime.getRuntime();
    heap.accumulateAndGet(runtime.totalMemory() - runtime.freeMemory(), Math::max);
    direct.accumulateAndGet(directNow(), Math::max);
  }

  /** Netty allocates past the JDK's own count where it can. */
  private static long directNow() {
    long own = BUFFERS.stream().mapToLong(BufferPoolMXBean::getMemoryUsed).sum();
    return own + Math.max(0, PlatformDependent.usedDirectMemory());
  }

  /** Fails where more was in use at any time than what was before and so much more. */
  public void assertAtMost(long moreOldMegabytes, long moreDirectMegabytes) {
    sample();
    assertThat(old.getPeakUsage().getUsed() - oldBefore)
        .as("the old generation, at its peak")
        .isLessThan(moreOldMegabytes * MEGABYTE);
    assertThat(direct.get() - directBefore)
        .as("buffers outside the heap, at their peak")
        .isLessThan(moreDirectMegabytes * MEGABYTE);
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "peaks: heap %d MB, old %d -> %d MB, buffers %d -> %d MB",
        heap.get() / MEGABYTE,
        oldBefore / MEGABYTE,
        old.getPeakUsage().getUsed() / MEGABYTE,
        directBefore / MEGABYTE,
        direct.get() / MEGABYTE);
  }

  @Override
  public void close() {
    sampler.shutdownNow();
  }
}
