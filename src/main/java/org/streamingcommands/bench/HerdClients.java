package org.streamingcommands.bench;

import com.google.protobuf.Empty;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.Histogram;
import org.streamingcommands.agent.Agent;
import org.streamingcommands.agent.AgentListener;
import org.streamingcommands.agent.Disconnect;

/** The process of the clients whose node dies: agents as an application has them. */
final class HerdClients implements Worker {
  private static final int DIGITS = 3;

  private final EdgeNames names = EdgeNames.register();
  private final List<Agent> agents = new ArrayList<>();
  private final LongAdder failedAccepts = new LongAdder();
  private final Queue<String> failures = new ConcurrentLinkedQueue<>();
  private final Map<Disconnect.Cause, LongAdder> causes = new ConcurrentHashMap<>();
  private final AtomicLong lostAt = new AtomicLong();
  private final Histogram away = new Histogram(DIGITS);
  private volatile CountDownLatch missing = new CountDownLatch(0);

  @Override
  public Line work(Line order) throws Exception {
    return switch (order.word()) {
      case "connect" -> connect(order);
      case "edges" -> edges(order);
      case "return" -> awaitReturn(order);
      default -> throw new IllegalArgumentException("no such order: " + order.word());
    };
  }

  private Line edges(Line order) {
    names.set(List.of(order.get("edges").split(",")));
    return Line.of("done");
  }

  private Line connect(Line order) throws InterruptedException {
    int count = order.number("clients");
    missing = new CountDownLatch(count);
    for (int i = 0; i < count; i++) {
      agents.add(
          Agent.builder(EdgeNames.TARGET)
              .service(Sender.SERVICE)
              .clientId(Sender.clientId(i))
              .on(Empty.class, (empty, context) -> empty)
              .listener(new Member())
              .connect());
    }
    await(order);
    causes.clear();
    failedAccepts.reset();
    failures.clear();
    missing = new CountDownLatch(count);
    return Line.of("done");
  }

  /** Waits until all who were lost are back. */
  private Line awaitReturn(Line order) throws InterruptedException {
    await(order);
    Line line =
        Line.of("returned")
            .with("millis", TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - lostAt.get()))
            .with("p50", millis(50))
            .with("p99", millis(99))
            .with("failed_accepts", failedAccepts.sum())
            .with("failure", failures.isEmpty() ? "none" : failures.peek());
    for (Disconnect.Cause cause : Disconnect.Cause.values()) {
      LongAdder count = causes.get(cause);
      line.with(cause.name(), count == null ? 0 : count.sum());
    }
    return line;
  }

  private long millis(double percentile) {
    synchronized (away) {
      return TimeUnit.NANOSECONDS.toMillis(away.getValueAtPercentile(percentile));
    }
  }

  private void await(Line order) throws InterruptedException {
    CountDownLatch all = missing;
    if (!all.await(order.number("seconds"), TimeUnit.SECONDS)) {
      throw new IllegalStateException(
          "%d of %d clients are not connected; %s"
              .formatted(all.getCount(), agents.size(), failures.peek()));
    }
  }

  /** One client; called one call at a time. */
  private final class Member implements AgentListener {
    private long lostNanos;

    @Override
    public void connected(String sessionId, long epoch) {
      if (lostNanos != 0) {
        synchronized (away) {
          away.recordValue(System.nanoTime() - lostNanos);
        }
        lostNanos = 0;
      }
      missing.countDown();
    }

    @Override
    public void disconnected(Disconnect why) {
      causes.computeIfAbsent(why.cause(), cause -> new LongAdder()).increment();
      if (why.cause() == Disconnect.Cause.LOST) {
        lostNanos = System.nanoTime();
        lostAt.compareAndSet(0, lostNanos);
      } else if (why.cause() == Disconnect.Cause.UNREACHABLE && isNoAnswer(why.message())) {
        failedAccepts.increment();
        failures.add(why.message());
      }
    }
  }

  /**
   * Whether nobody took the connection in. A node that did, and then had no welcome in time or said
   * that it cannot, waits for the client's entity.
   */
  static boolean isNoAnswer(String message) {
    return !message.startsWith("no welcome") && !message.contains("entity");
  }
}
