package org.streamingcommands.bench;

import com.google.protobuf.ByteString;
import com.google.protobuf.BytesValue;
import java.time.Duration;
import java.util.List;
import java.util.Random;

/** A sender's process: runs one measurement an order. */
final class Senders implements Worker {
  /** What a sender that names no timeout gets. */
  private static final Duration TIMEOUT = Duration.ofSeconds(5);

  /** Fixed, so that every run sends the same bytes. */
  private static final long SEED = 1;

  private final Sender sender;

  Senders(Sender sender) {
    this.sender = sender;
  }

  @Override
  public Line work(Line order) throws Exception {
    Duration time = Duration.ofMillis(order.number("millis"));
    List<Sender.Target> targets = sender.targets(order.number("clients"), TIMEOUT);
    BytesValue command = command(order.number("payload"));
    return switch (order.word()) {
      case "closed" ->
          Percentiles.of(ClosedLoop.run(targets, command, time)).addTo(Line.of("latency"));
      case "window" ->
          Line.of("rate")
              .with("rate", WindowLoop.run(targets, command, order.number("window"), time));
      case "stalled" ->
          new StalledPhase(sender, targets, command, order.number("rate"), time)
              .run(order.number("stalled") > 0);
      default -> throw new IllegalArgumentException("no such order: " + order.word());
    };
  }

  static BytesValue command(int bytes) {
    byte[] payload = new byte[bytes];
    new Random(SEED).nextBytes(payload);
    return BytesValue.of(ByteString.copyFrom(payload));
  }
}
