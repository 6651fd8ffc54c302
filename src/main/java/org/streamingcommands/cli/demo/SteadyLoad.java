package org.streamingcommands.cli.demo;

import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.streamingcommands.client.CommandClientSettings;
import org.streamingcommands.client.SendOptions;
import org.streamingcommands.client.StreamingCommandClient;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.examples.bots.v1.BotReport;
import org.streamingcommands.examples.bots.v1.Start;

/** Asks one bot after the other, a few at once, until it is told to stop. */
final class SteadyLoad implements AutoCloseable {
  private static final int AT_ONCE = 8;
  private static final int SHOWN = 5;
  private static final Duration TIMEOUT = Duration.ofSeconds(20);
  private static final Duration PAUSE = Duration.ofMillis(5);

  private final CommandClientSettings settings;
  private final Semaphore places = new Semaphore(AT_ONCE);
  private final AtomicInteger asks = new AtomicInteger();
  private final AtomicInteger failed = new AtomicInteger();
  private final AtomicLong slowestNanos = new AtomicLong();
  private final Queue<String> failures = new ConcurrentLinkedQueue<>();
  private final Thread thread = new Thread(this::run, "steady-load");
  private volatile boolean stopped;

  SteadyLoad(String apis) {
    settings = CommandClientSettings.of(apis);
    thread.start();
  }

  private void run() {
    try {
      for (int i = 0; !stopped; i++) {
        places.acquire();
        ask(Bots.id(1 + i % Bots.COUNT));
        Thread.sleep(PAUSE.toMillis());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void ask(String bot) {
    long start = System.nanoTime();
    StreamingCommandClient.<Start>remote(settings, Bots.SERVICE, bot)
        .ask(Bots.start(), BotReport.class, SendOptions.defaults().withTimeout(TIMEOUT))
        .thenAccept(outcome -> ended(bot, outcome, System.nanoTime() - start));
  }

  private void ended(String bot, Outcome<BotReport> outcome, long nanos) {
    asks.incrementAndGet();
    slowestNanos.accumulateAndGet(nanos, Math::max);
    if (!outcome.isCompleted()) {
      failed.incrementAndGet();
      failures.add(bot + ": " + outcome);
    }
    places.release();
  }

  /** Ends when all that was asked has ended. */
  void stop() throws InterruptedException {
    stopped = true;
    thread.join();
    places.acquire(AT_ONCE);
  }

  int asks() {
    return asks.get();
  }

  int failed() {
    return failed.get();
  }

  Duration slowest() {
    return Duration.ofNanos(slowestNanos.get());
  }

  /** The first of them, for a person. */
  List<String> failures() {
    return failures.stream().limit(SHOWN).toList();
  }

  @Override
  public void close() {
    stopped = true;
  }
}
