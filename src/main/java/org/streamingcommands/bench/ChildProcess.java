package org.streamingcommands.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.streamingcommands.process.ChildJvm;

/**
 * The bench's end of a {@link BenchProcess}. The process never outlives this one: it ends when its
 * standard input does, a shutdown hook kills it, and so does an order that takes too long.
 */
final class ChildProcess implements AutoCloseable {
  private static final Duration START_LIMIT = Duration.ofSeconds(60);
  private static final Duration LIFE_LIMIT = Duration.ofHours(6);
  private static final String LOG_LEVEL = "streamingcommands.log-level";

  private final String role;
  private final ChildJvm jvm;
  private final Line ready;

  private ChildProcess(String role, ChildJvm jvm) throws IOException {
    this.role = role;
    this.jvm = jvm;
    this.ready = answer(START_LIMIT);
  }

  /** Starts one and waits until it is ready; its standard error is ours. */
  static ChildProcess start(List<String> jvmFlags, String role, String... arguments)
      throws IOException {
    List<String> flags = new ArrayList<>();
    // The same for all, so that no contender wins by its heap. Not G1: what refines its remembered
    // sets takes one of two cores from whoever is asked, for half a millisecond at a time.
    flags.addAll(List.of("-Xms512m", "-Xmx2g", "-XX:+UseParallelGC"));
    // With one or two cores the common pool would start a thread for every callback.
    int cores = Math.max(2, Runtime.getRuntime().availableProcessors());
    flags.add("-Djava.util.concurrent.ForkJoinPool.common.parallelism=" + cores);
    flags.add("-D" + LOG_LEVEL + "=" + System.getProperty(LOG_LEVEL, "WARN"));
    // Whoever else is in the process may use another logback, which would tell of its set-up.
    flags.add("-Dlogback.statusListenerClass=ch.qos.logback.core.status.NopStatusListener");
    flags.addAll(jvmFlags);
    List<String> all = new ArrayList<>(List.of(role));
    all.addAll(List.of(arguments));
    ChildJvm jvm =
        ChildJvm.of(role, BenchProcess.class.getName(), all.toArray(String[]::new))
            .flags(flags)
            .life(LIFE_LIMIT)
            .readsInput()
            .start();
    try {
      return new ChildProcess(role, jvm);
    } catch (IOException e) {
      jvm.kill();
      throw e;
    }
  }

  /** What it said when it was ready. */
  Line ready() {
    return ready;
  }

  /**
   * Gives an order and waits for the answer.
   *
   * @throws IOException where there is none within the limit, or the process could not do it
   */
  Line order(Line order, Duration limit) throws IOException {
    jvm.println(order.text());
    return answer(limit);
  }

  /** Ends it as a crash does: nothing in it has a say. */
  void kill() {
    jvm.kill();
  }

  private Line answer(Duration limit) throws IOException {
    Line answer = Line.parse(jvm.readLine(limit));
    if (answer.word().equals(Line.ERROR)) {
      throw new IOException("the %s: %s".formatted(role, answer.get("message")));
    }
    return answer;
  }

  @Override
  public void close() {
    jvm.close();
  }
}
