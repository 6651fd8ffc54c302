package org.streamingcommands.process;

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
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Another JVM with this one's classes. It never outlives this one: a {@link Leash} ends it when its
 * standard input does, a shutdown hook kills it, and so does its time limit. Not thread-safe, but
 * for the signals.
 */
public final class ChildJvm implements AutoCloseable {
  private static final Duration LEAVE = Duration.ofSeconds(5);

  /** What to start. */
  public static final class Builder {
    private final String name;
    private final String main;
    private final List<String> arguments;
    private final List<String> flags = new ArrayList<>();
    private Duration life = Duration.ofMinutes(1);
    private ProcessBuilder.Redirect errors = ProcessBuilder.Redirect.INHERIT;
    private boolean readsInput;

    private Builder(String name, String main, List<String> arguments) {
      this.name = name;
      this.main = main;
      this.arguments = arguments;
    }

    /** Options of the JVM itself. */
    public Builder flags(List<String> more) {
      flags.addAll(more);
      return this;
    }

    /** When it is killed at the latest; a minute unless set. */
    public Builder life(Duration limit) {
      life = limit;
      return this;
    }

    /** Where its standard error goes; ours unless set. */
    public Builder errors(ProcessBuilder.Redirect to) {
      errors = to;
      return this;
    }

    /** It reads its standard input, and ends with it, by itself. */
    public Builder readsInput() {
      readsInput = true;
      return this;
    }

    public ChildJvm start() throws IOException {
      List<String> command = new ArrayList<>();
      command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      command.addAll(flags);
      command.addAll(List.of("-cp", classPath()));
      if (!readsInput) {
        command.add(Leash.class.getName());
      }
      command.add(main);
      command.addAll(arguments);
      return new ChildJvm(name, new ProcessBuilder(command).redirectError(errors).start(), life);
    }
  }

  private final String name;
  private final Process process;
  private final BufferedReader out;
  private final BufferedWriter in;
  private final Thread killer;

  /**
   * @param name what it is called in errors
   * @param main the class whose main method it runs
   */
  public static Builder of(String name, String main, String... arguments) {
    return new Builder(name, main, List.of(arguments));
  }

  private ChildJvm(String name, Process process, Duration life) {
    this.name = name;
    this.process = process;
    this.out = process.inputReader(StandardCharsets.UTF_8);
    this.in = process.outputWriter(StandardCharsets.UTF_8);
    this.killer = new Thread(process::destroyForcibly, "kill-" + name);
    Runtime.getRuntime().addShutdownHook(killer);
    CompletableFuture.delayedExecutor(life.toMillis(), TimeUnit.MILLISECONDS)
        .execute(process::destroyForcibly);
  }

  /** Where this program's classes are: Maven runs it in a class loader of its own. */
  private static String classPath() {
    if (ChildJvm.class.getClassLoader() instanceof URLClassLoader loader) {
      return Stream.of(loader.getURLs())
          .map(ChildJvm::file)
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

  /**
   * The next line that it prints.
   *
   * @throws IOException where it ends before that
   */
  public String readLine() throws IOException {
    String line = out.readLine();
    if (line == null) {
      // Its output is over; so is it, in a moment, and then it has an exit code to tell.
      leave();
      throw new IOException("the JVM of the %s ended early%s".formatted(name, exit()));
    }
    return line;
  }

  /**
   * The next line that it prints; it is killed where none comes within the limit.
   *
   * @throws IOException where it ends before that
   */
  public String readLine(Duration limit) throws IOException {
    CompletableFuture<Void> kill =
        CompletableFuture.runAsync(
            process::destroyForcibly,
            CompletableFuture.delayedExecutor(limit.toMillis(), TimeUnit.MILLISECONDS));
    try {
      return readLine();
    } finally {
      kill.cancel(false);
    }
  }

  /** The next line that it prints; null where it has ended. */
  public @Nullable String readLineOrEnd() throws IOException {
    return out.readLine();
  }

  /** The rest of what it prints, until it ends. */
  public List<String> readToEnd() {
    return out.lines().toList();
  }

  /** Gives it a line to read. */
  public void println(String line) throws IOException {
    in.write(line);
    in.newLine();
    in.flush();
  }

  private String exit() {
    return isAlive() ? "" : ", with exit code " + process.exitValue();
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /** Completed once it has ended. */
  public CompletableFuture<Void> ended() {
    return process.onExit().thenAccept(gone -> {});
  }

  /** Asks it to end in order. */
  public void terminate() throws IOException {
    // Not destroy(), which closes its standard input too, and that ends it out of order.
    signal("TERM");
  }

  /** Ends it at once, without a last word. */
  public void kill() {
    process.destroyForcibly();
  }

  /** Halts it as it is: it holds its sockets and does nothing, until {@link #resume}. */
  public void pause() throws IOException {
    signal("STOP");
  }

  /** Lets it go on. */
  public void resume() throws IOException {
    signal("CONT");
  }

  private void signal(String signal) throws IOException {
    Process kill =
        new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid())).inheritIO().start();
    try {
      if (kill.waitFor() != 0) {
        throw new IOException("the JVM of the %s cannot be told %s".formatted(name, signal));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Lets it end by itself, for a while, and then ends it. */
  @Override
  public void close() {
    leave();
    Runtime.getRuntime().removeShutdownHook(killer);
  }

  private void leave() {
    try {
      process.getOutputStream().close();
    } catch (IOException e) {
      // It is gone already.
    }
    try {
      if (!process.waitFor(LEAVE.toSeconds(), TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
