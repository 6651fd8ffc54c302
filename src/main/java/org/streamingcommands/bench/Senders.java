package org.streamingcommands.bench;

import com.google.protobuf.ByteString;
import com.google.protobuf.BytesValue;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/** A sender's process: runs one measurement an order. */
final class Senders implements Worker {
  /** What a sender that names no timeout gets. */
  private static final Duration TIMEOUT = Duration.ofSeconds(5);

  /** All of a crowd at once: the last of them waits for all others. */
  private static final Duration BROADCAST_TIMEOUT = Duration.ofSeconds(30);

  /** Fixed, so that every run sends the same bytes. */
  private static final long SEED = 1;

  private final Sender sender;

  Senders(Sender sender) {
    this.sender = sender;
  }

  @Override
  public Line work(Line order) throws Exception {
    return switch (order.word()) {
      case "usage" -> Usage.now().addTo(Line.of("usage"));
      case "collect" -> Usage.collected().addTo(Line.of("usage"));
      default -> measure(order);
    };
  }

  private Line measure(Line order) throws Exception {
    Duration time = Duration.ofMillis(order.number("millis"));
    List<String> ids = ids(order);
    List<Sender.Target> targets = ids.stream().map(id -> sender.to(id, TIMEOUT)).toList();
    BytesValue command = command(order.number("payload"));
    return switch (order.word()) {
      case "closed" ->
          Percentiles.of(ClosedLoop.run(targets, command, time)).addTo(Line.of("latency"));
      case "window" ->
          Line.of("rate")
              .with(
                  "rate",
                  WindowLoop.run(targets, command, order.number("window"), time).perSecond());
      case "open" ->
          OpenLoop.run(targets, command, order.number("rate"), time).addTo(Line.of("latency"));
      case "allocation" -> Allocation.run(targets, command, time);
      case "broadcast" -> broadcast(ids, command);
      case "stalled" ->
          new StalledPhase(sender, targets, command, order.number("rate"), time)
              .run(order.number("stalled") > 0);
      default -> throw new IllegalArgumentException("no such order: " + order.word());
    };
  }

  /** Those that are named, or the first so many. */
  private static List<String> ids(Line order) {
    return order.has("ids")
        ? List.of(order.get("ids").split(","))
        : Sender.clientIds(order.number("clients"));
  }

  private Line broadcast(List<String> ids, BytesValue command) throws Exception {
    long start = System.nanoTime();
    long patience = BROADCAST_TIMEOUT.plusSeconds(5).toSeconds();
    int completed =
        sender.broadcast(ids, command, BROADCAST_TIMEOUT).get(patience, TimeUnit.SECONDS);
    double millis = (System.nanoTime() - start) / 1e6;
    if (completed != ids.size()) {
      throw new IllegalStateException(
          "of %d clients only %d answered a broadcast".formatted(ids.size(), completed));
    }
    return Line.of("broadcast").with("took", millis);
  }

  static BytesValue command(int bytes) {
    byte[] payload = new byte[bytes];
    new Random(SEED).nextBytes(payload);
    return BytesValue.of(ByteString.copyFrom(payload));
  }
}
