package org.streamingcommands.cli.demo;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Another JVM that runs a subcommand of this program. It never outlives this one: it ends when its
 * standard input does, a shutdown hook kills it, and so does a time limit.
 */
final class ChildJvm implements AutoCloseable {
  private static final long LIFE_SECONDS = 60;
  private static final long LEAVE_SECONDS = 5;

  private final String name;
  private final Process process;
  private final BufferedReader out;
  private final Thread killer;

  private ChildJvm(String name, Process process) {
    this.name = name;
    this.process = process;
    this.out = process.inputReader(StandardCharsets.UTF_8);
    this.killer = new Thread(process::destroyForcibly, "kill-" + name);
    Runtime.getRuntime().addShutdownHook(killer);
    CompletableFuture.delayedExecutor(LIFE_SECONDS, TimeUnit.SECONDS)
        .execute(process::destroyForcibly);
  }

  /** Starts one; its standard error is ours. */
  static ChildJvm start(String name, String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    // Short-lived: the simplest collector starts fastest and keeps the cores for the work.
    command.add("-XX:+UseSerialGC");
    command.add("-cp");
    command.add(classPath());
    command.add("org.streamingcommands.Main");
    command.addAll(List.of(arguments));
    return new ChildJvm(
        name, new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start());
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
  String readLine() throws IOException {
    String line = out.readLine();
    if (line == null) {
      // Its output is over; so is it, in a moment, and then it has an exit code to tell.
      leave();
      throw new IOException("the JVM of the %s ended early%s".formatted(name, exit()));
    }
    return line;
  }

  /** The rest of what it prints, until it ends. */
  List<String> readToEnd() {
    return out.lines().toList();
  }

  private String exit() {
    return isAlive() ? "" : ", with exit code " + process.exitValue();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** Lets it end by itself, for a while. */
  @Override
  public void close() throws IOException {
    leave();
    Runtime.getRuntime().removeShutdownHook(killer);
  }

  private void leave() throws IOException {
    process.getOutputStream().close();
    try {
      if (!process.waitFor(LEAVE_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  /** In the other JVM: ends it as soon as the one that started it is gone. */
  static void endWithParent() {
    Thread watch = new Thread(() -> awaitEnd(System.in), "parent-watch");
    watch.setDaemon(true);
    watch.start();
  }

  private static void awaitEnd(InputStream parent) {
    int read;
    do {
      try {
        read = parent.read();
      } catch (IOException e) {
        read = -1;
      }
    } while (read >= 0);
    Runtime.getRuntime().halt(0);
  }
}
