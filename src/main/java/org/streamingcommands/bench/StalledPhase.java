package org.streamingcommands.bench;

import com.google.protobuf.BytesValue;
import com.google.protobuf.Empty;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.streamingcommands.command.Outcome;

/**
 * Asks a crowd at a fixed rate, and keeps sending to one client besides: to one that reads nothing,
 * or, to compare with, to one of the crowd, which does. Latencies count from when an ask was due.
 */
final class StalledPhase {
  /**
   * Commands a second to that one, and their size: enough to fill the queue where it reads nothing.
   */
  private static final int FEED_RATE = 500;

  private static final int FEED_BYTES = 4096;

  /** How long a command to it may wait; no phase has to wait longer than that for the last. */
  private static final Duration FEED_TIMEOUT = Duration.ofSeconds(5);

  /** What DESIGN allows a send beyond its deadline. */
  private static final Duration GRACE = Duration.ofSeconds(1);

  private final Sender sender;
  private final List<Sender.Target> crowd;
  private final BytesValue command;
  private final int rate;
  private final Duration time;

  StalledPhase(
      Sender sender, List<Sender.Target> crowd, BytesValue command, int rate, Duration time) {
    this.sender = sender;
    this.crowd = crowd;
    this.command = command;
    this.rate = rate;
    this.time = time;
  }

  Line run(boolean withStalled) throws InterruptedException {
    Feed feed = new Feed(withStalled);
    Thread feeder = new Thread(feed, "feeder");
    feeder.start();
    OpenLoop asks = OpenLoop.run(crowd, command, rate, time);
    feeder.join();
    Line line = asks.addTo(Line.of("stalled"));
    // While all that waits for the stalled client is still there.
    Usage.collected().addTo(line);
    if (withStalled) {
      feed.addTo(line);
    }
    sender.forget();
    return line;
  }

  /** The commands to the one client, and what became of them. */
  private final class Feed implements Runnable {
    private final boolean isStalled;
    private final Duration timeout = FEED_TIMEOUT.compareTo(time) < 0 ? FEED_TIMEOUT : time;
    private final Map<String, LongAdder> endings = new ConcurrentSkipListMap<>();
    private final Semaphore ended = new Semaphore(0);
    private volatile int sent;

    Feed(boolean isStalled) {
      this.isStalled = isStalled;
    }

    @Override
    public void run() {
      Sender.Target fed = isStalled ? sender.to(Sender.STALLED, timeout) : crowd.get(0);
      BytesValue large = Senders.command(FEED_BYTES);
      sent =
          Pace.run(
              FEED_RATE,
              time,
              due ->
                  fed.ask(large)
                      .whenComplete(
                          (outcome, error) -> {
                            String how = error == null ? kind(outcome) : "error";
                            endings.computeIfAbsent(how, k -> new LongAdder()).increment();
                            ended.release();
                          }));
    }

    /** Waits until all must have ended. */
    void addTo(Line line) throws InterruptedException {
      long patience = timeout.plus(GRACE).toMillis();
      boolean all = ended.tryAcquire(sent, patience, TimeUnit.MILLISECONDS);
      line.with("sent", sent).with("never_ended", all ? 0 : sent - ended.availablePermits());
      endings.forEach((how, count) -> line.with("ended_" + how, count.sum()));
    }
  }

  private static String kind(Outcome<Empty> outcome) {
    String kind =
        outcome instanceof Outcome.Undelivered<Empty> undelivered
            ? undelivered.reason() + "_" + undelivered.certainty()
            : outcome.getClass().getSimpleName();
    return kind.toLowerCase(Locale.ROOT);
  }
}
