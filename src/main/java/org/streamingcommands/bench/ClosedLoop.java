package org.streamingcommands.bench;

import com.google.protobuf.BytesValue;
import java.time.Duration;
import java.util.List;
import org.HdrHistogram.Histogram;

/** One ask at a time, over all clients in turn. */
final class ClosedLoop {
  private static final int DIGITS = 3;

  private ClosedLoop() {}

  /** How long each took in nanoseconds, until the calling thread had the answer. */
  static Histogram run(List<Sender.Target> targets, BytesValue command, Duration time) {
    Histogram nanos = new Histogram(DIGITS);
    long end = System.nanoTime() + time.toNanos();
    long start = System.nanoTime();
    for (int n = 0; start < end; n++) {
      // A figure of failures would be a good one: throw.
      targets.get(n % targets.size()).ask(command).join().orElseThrow();
      long now = System.nanoTime();
      nanos.recordValue(now - start);
      start = now;
    }
    return nanos;
  }
}
