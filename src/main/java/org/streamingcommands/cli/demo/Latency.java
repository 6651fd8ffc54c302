package org.streamingcommands.cli.demo;

import com.google.protobuf.Message;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.streamingcommands.cli.Durations;
import org.streamingcommands.client.StreamingCommandClient;
import org.streamingcommands.client.StreamingCommandClient.Mode;
import org.streamingcommands.command.Outcome;

/**
 * How long an ask takes: from the call until the caller's thread has the client's answer, one at a
 * time, over all clients in turn.
 */
record Latency(Mode mode, int samples, int warmUp, long p50, long p99) {
  private static final int SAMPLES = 2000;

  // Enough for the JIT compilers of three JVMs, but on a busy machine no longer than a person
  // waits.
  private static final int WARM_UP = 10_000;
  private static final Duration WARM_UP_LIMIT = Duration.ofSeconds(5);

  static <C extends Message, R extends Message> Latency measure(
      List<StreamingCommandClient<C>> clients, C command, Class<R> answer) {
    int warmUp = 0;
    long begin = System.nanoTime();
    while (warmUp < WARM_UP && System.nanoTime() - begin < WARM_UP_LIMIT.toNanos()) {
      ask(clients.get(warmUp++ % clients.size()), command, answer);
    }
    long[] nanos = new long[SAMPLES];
    for (int i = 0; i < SAMPLES; i++) {
      nanos[i] = ask(clients.get(i % clients.size()), command, answer);
    }
    Arrays.sort(nanos);
    Mode mode = clients.get(0).mode();
    return new Latency(mode, SAMPLES, warmUp, rank(nanos, 50), rank(nanos, 99));
  }

  private static <C extends Message, R extends Message> long ask(
      StreamingCommandClient<C> client, C command, Class<R> answer) {
    long start = System.nanoTime();
    Outcome<R> outcome = client.ask(command, answer).join();
    long took = System.nanoTime() - start;
    outcome.orElseThrow();
    return took;
  }

  private static long rank(long[] sorted, int percent) {
    return sorted[(int) Math.ceil(sorted.length * percent / 100.0) - 1];
  }

  /** As it travels between JVMs. */
  String line() {
    return "%s\t%d\t%d\t%d\t%d".formatted(mode, samples, warmUp, p50, p99);
  }

  static Latency parse(String line) {
    String[] cells = line.split("\t");
    return new Latency(
        Mode.valueOf(cells[0]),
        Integer.parseInt(cells[1]),
        Integer.parseInt(cells[2]),
        Long.parseLong(cells[3]),
        Long.parseLong(cells[4]));
  }

  String show() {
    return "p50 %s   p99 %s   (%,d asks after %,d to warm up)"
        .formatted(Durations.show(p50), Durations.show(p99), samples, warmUp);
  }
}
