package org.streamingcommands.bench;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The bench's end of a {@link BenchProcess}. The process never outlives this one: it ends when its
 * standard input does, a shutdown hook kills it, and so does an order that takes too long.
 */
final class ChildProcess implements AutoCloseable {
  private static final Duration START_LIMIT = Duration.ofSeconds(60);
  private static final long LEAVE_SECONDS = 5;
  private static final String LOG_LEVEL = "streaming-commands.log-level";

  private final String role;
  private final Process process;
  private final BufferedReader answers;
  private final BufferedWriter orders;
  private final Thread killer;
  private final Line ready;

  private ChildProcess(String role, Process process) throws IOException {
    this.role = role;
    this.process = process;
    this.answers = process.inputReader(StandardCharsets.UTF_8);
    this.orders = process.outputWriter(StandardCharsets.UTF_8);
    this.killer = new Thread(process::destroyForcibly, "kill-" + role);
    Runtime.getRuntime().addShutdownHook(killer);
    try {
      this.ready = answer(START_LIMIT);
    } catch (IOException e) {
      process.destroyForcibly();
      throw e;
    }
  }

  /** Starts one and waits until it is ready; its standard error is ours. */
  static ChildProcess start(List<String> jvmFlags, String role, String... arguments)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    // The same for all, so that no contender wins by its heap.
    command.addAll(List.of("-Xms512m", "-Xmx2g"));
    // With one or two cores the common pool would start a thread for every callback.
    int cores = Math.max(2, Runtime.getRuntime().availableProcessors());
    command.add("-Djava.util.concurrent.ForkJoinPool.common.parallelism=" + cores);
    command.add("-D" + LOG_LEVEL + "=" + System.getProperty(LOG_LEVEL, "WARN"));
    // Whoever else is in the process may use another logback, which would tell of its set-up.
    command.add("-Dlogback.statusListenerClass=ch.qos.logback.core.status.NopStatusListener");
    command.addAll(jvmFlags);
    command.addAll(List.of("-cp", classPath(), BenchProcess.class.getName(), role));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command);
    return new ChildProcess(role, builder.redirectError(ProcessBuilder.Redirect.INHERIT).start());
  }

  /** Where this program's classes are: Maven runs it in a class loader of its own. */
  private static String classPath() {
    if (ChildProcess.class.getClassLoader() instanceof URLClassLoader loader) {
      return Stream.of(loader.getURLs())
          .map(ChildProcess::file)
          .collect(Collectors.joining(File.pathSeparator));
    }
    return System.getProperty("java.class.path");
  }

  private static String file(URL url) {
    try {
      return Path.of(url.toURI()).toString();
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
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
    orders.write(order.text());
    orders.newLine();
    orders.flush();
    return answer(limit);
  }

  /** Ends it as a crash does: nothing in it has a say. */
  void kill() {
    process.destroyForcibly();
  }

  private Line answer(Duration limit) throws IOException {
    Executor later = CompletableFuture.delayedExecutor(limit.toMillis(), TimeUnit.MILLISECONDS);
    CompletableFuture<Void> kill = CompletableFuture.runAsync(process::destroyForcibly, later);
    String text = answers.readLine();
    boolean inTime = kill.cancel(false);
    if (text == null) {
      throw new IOException(
          "the process of the %s %s".formatted(role, inTime ? "ended early" : "took too long"));
    }
    Line answer = Line.parse(text);
    if (answer.word().equals(Line.ERROR)) {
      throw new IOException("the %s: %s".formatted(role, answer.get("message")));
    }
    return answer;
  }

  @Override
  public void close() {
    try {
      orders.close();
      process.waitFor(LEAVE_SECONDS, TimeUnit.SECONDS);
    } catch (IOException e) {
      // It is gone already.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    process.destroyForcibly();
    Runtime.getRuntime().removeShutdownHook(killer);
  }
}
