package org.streamingcommands.support;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntConsumer;

/** Somebody honest who asks, one ask after the other, as long as an attack goes on. */
public final class Bystander extends Thread {
  private static final double MILLISECOND = TimeUnit.MILLISECONDS.toNanos(1);

  private final IntConsumer ask;
  private final AtomicBoolean over = new AtomicBoolean();
  private final List<Long> nanos = new ArrayList<>();
  private final CompletableFuture<Void> done = new CompletableFuture<>();

  /** Begins to ask; {@code ask} is given a number, and throws where it is let down. */
  public static Bystander begin(IntConsumer ask) {
    Bystander bystander = new Bystander(ask);
    bystander.start();
    return bystander;
  }

  private Bystander(IntConsumer ask) {
    super("bystander");
    setDaemon(true);
    this.ask = ask;
  }

  @Override
  public void run() {
    try {
      for (int i = 0; !over.get() || i < 10; i++) {
        long began = System.nanoTime();
        ask.accept(i);
        nanos.add(System.nanoTime() - began);
      }
      done.complete(null);
    } catch (RuntimeException | Error e) {
      done.completeExceptionally(e);
    }
  }

  /** Ends it, and says how its asks went; fails where one did. */
  public String finish() {
    over.set(true);
    TestNode.await(done);
    long[] sorted = nanos.stream().mapToLong(Long::longValue).sorted().toArray();
    return String.format(
        Locale.ROOT,
        "%d asks, p50 %.2f ms, p99 %.1f ms, max %.1f ms",
        sorted.length,
        sorted[sorted.length / 2] / MILLISECOND,
        sorted[(int) (sorted.length * 0.99)] / MILLISECOND,
        Arrays.stream(sorted).max().orElse(0) / MILLISECOND);
  }
}
