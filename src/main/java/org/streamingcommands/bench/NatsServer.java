package org.streamingcommands.bench;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A NATS server of this machine, with its defaults, on a free port of loopback. */
final class NatsServer implements AutoCloseable {
  static final String PROGRAM = "nats-server";

  private static final Pattern LISTENING =
      Pattern.compile("Listening for client connections on (\\S+)");
  private static final long START_SECONDS = 20;
  private static final long LEAVE_SECONDS = 5;

  private final Process process;
  private final Thread killer;
  private final String address;

  private NatsServer(Process process, String address, Thread killer) {
    this.process = process;
    this.address = address;
    this.killer = killer;
  }

  /** Where the program is, if there is one. */
  static Optional<Path> program() {
    String path = Optional.ofNullable(System.getenv("PATH")).orElse("");
    return Stream.of(path.split(File.pathSeparator))
        .map(folder -> Path.of(folder, PROGRAM))
        .filter(Files::isExecutable)
        .findFirst();
  }

  static NatsServer start() throws IOException {
    Path program = program().orElseThrow(() -> new IOException(PROGRAM + " is not on the PATH"));
    // Port -1: any that is free. It logs to standard error.
    Process process =
        new ProcessBuilder(program.toString(), "-a", "127.0.0.1", "-p", "-1")
            .redirectErrorStream(true)
            .start();
    Thread killer = new Thread(process::destroyForcibly, "kill-nats");
    Runtime.getRuntime().addShutdownHook(killer);
    CompletableFuture<String> listening = new CompletableFuture<>();
    Thread reader = new Thread(() -> read(process, listening), "nats-log");
    reader.setDaemon(true);
    reader.start();
    try {
      return new NatsServer(process, listening.get(START_SECONDS, TimeUnit.SECONDS), killer);
    } catch (Exception e) {
      process.destroyForcibly();
      throw new IOException(PROGRAM + " does not start: " + e.getMessage(), e);
    }
  }

  /** To its end, or it would block once the pipe is full. */
  private static void read(Process process, CompletableFuture<String> listening) {
    try (BufferedReader log = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = log.readLine(); line != null; line = log.readLine()) {
        Matcher matcher = LISTENING.matcher(line);
        if (matcher.find()) {
          listening.complete(matcher.group(1));
        }
      }
      listening.completeExceptionally(new IOException("it ended"));
    } catch (IOException e) {
      listening.completeExceptionally(e);
    }
  }

  /** Host:port. */
  String address() {
    return address;
  }

  @Override
  public void close() {
    process.destroy();
    try {
      process.waitFor(LEAVE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    process.destroyForcibly();
    Runtime.getRuntime().removeShutdownHook(killer);
  }
}
