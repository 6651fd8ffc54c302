package org.streamingcommands.testkit;

import java.io.BufferedWriter;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.streamingcommands.process.ChildJvm;

/**
 * A node in a JVM of its own, as the command line's {@code serve} runs it: can be stopped in order,
 * killed, paused, and started again at the same addresses. What it prints goes to a file. The
 * methods block; one thread at a time.
 */
public final class NodeProcess implements AutoCloseable {
  private static final Duration START_LIMIT = Duration.ofSeconds(90);
  private static final Duration STOP_LIMIT = Duration.ofSeconds(90);
  private static final Duration LIFE = Duration.ofHours(12);

  private final String name;
  private final String edge;
  private final String api;
  private final List<String> flags = new ArrayList<>();
  private final List<String> flagsWhenBack = new ArrayList<>();
  private final Path log;
  private @Nullable ChildJvm jvm;

  /**
   * @param name what it is called in reports
   * @param edge where clients will dial
   * @param api where senders will call
   * @param properties all of its configuration that differs from the defaults
   * @param whenBack what of that is otherwise from its second start on
   * @param log where its output goes
   */
  NodeProcess(
      String name,
      String edge,
      String api,
      Map<String, String> properties,
      Map<String, String> whenBack,
      Path log) {
    this.name = name;
    this.edge = edge;
    this.api = api;
    this.log = log;
    // Several on one machine: small ones, whose threads do not outnumber the cores by far.
    flags.addAll(List.of("-Xmx320m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    properties.forEach((key, value) -> flags.add("-D" + key + "=" + value));
    whenBack.forEach((key, value) -> flagsWhenBack.add("-D" + key + "=" + value));
  }

  public String name() {
    return name;
  }

  /** Where clients dial, "host:port". */
  public String edge() {
    return edge;
  }

  /** Where senders call, "host:port". */
  public String api() {
    return api;
  }

  /** Where its output is. */
  public Path log() {
    return log;
  }

  /** Starts it and waits until it takes clients and commands. */
  public NodeProcess start() {
    CompletableFuture<Void> ready = launch();
    try {
      ready.get(START_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
      return this;
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException(name + " did not start; see " + log, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Starts it; the future completes once it takes clients and commands. */
  CompletableFuture<Void> launch() {
    try {
      ChildJvm started =
          ChildJvm.of(name, "org.streamingcommands.Main", "serve")
              .flags(flags)
              .life(LIFE)
              .errors(ProcessBuilder.Redirect.appendTo(log.toFile()))
              .start();
      jvm = started;
      // Of a property that is said twice, the last counts.
      flags.addAll(flagsWhenBack);
      flagsWhenBack.clear();
      CompletableFuture<Void> ready = new CompletableFuture<>();
      Thread reader = new Thread(() -> read(started, ready), name + "-output");
      reader.setDaemon(true);
      reader.start();
      return ready;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void read(ChildJvm started, CompletableFuture<Void> ready) {
    try (BufferedWriter copy = Files.newBufferedWriter(appendable())) {
      for (String line = started.readLineOrEnd(); line != null; line = started.readLineOrEnd()) {
        copy.write(line);
        copy.newLine();
        copy.flush();
        if (line.startsWith("Ready")) {
          ready.complete(null);
        }
      }
      throw new IOException(name + " ended");
    } catch (IOException e) {
      ready.completeExceptionally(e);
    }
  }

  /** Its own file for every start: standard error is appended to the one beside it. */
  private Path appendable() {
    File file = log.toFile();
    return Path.of(file.getPath() + ".out");
  }

  /** Asks it to stop in order, as an operator's SIGTERM does, and waits until it is gone. */
  public void stop() {
    ChildJvm running = running();
    try {
      running.terminate();
      running.ended().orTimeout(STOP_LIMIT.toMillis(), TimeUnit.MILLISECONDS).join();
    } catch (CompletionException e) {
      throw new IllegalStateException(name + " did not stop; see " + log, e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    running.close();
  }

  /** Ends it at once, as kill -9 does, and waits until it is gone. */
  public void kill() {
    ChildJvm running = running();
    running.kill();
    running.ended().join();
    running.close();
  }

  /** Waits until it has ended by itself. */
  public void awaitEnd() {
    ChildJvm running = running();
    try {
      running.ended().orTimeout(STOP_LIMIT.toMillis(), TimeUnit.MILLISECONDS).join();
    } catch (CompletionException e) {
      throw new IllegalStateException(name + " did not end; see " + log, e);
    }
    running.close();
  }

  /** Halts it: it keeps its connections and does nothing. */
  public void pause() {
    try {
      running().pause();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Lets it go on. */
  public void resume() {
    try {
      running().resume();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public boolean isAlive() {
    return jvm != null && jvm.isAlive();
  }

  private ChildJvm running() {
    ChildJvm running = jvm;
    if (running == null) {
      throw new IllegalStateException(name + " was never started");
    }
    return running;
  }

  /** Ends it at once, where it runs. */
  @Override
  public void close() {
    if (jvm != null) {
      jvm.kill();
      jvm.close();
    }
  }
}
