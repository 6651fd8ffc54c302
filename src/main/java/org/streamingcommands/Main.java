package org.streamingcommands;

import org.streamingcommands.cli.Cli;

/** Entry point of {@code java -jar streaming-commands.jar}. */
public final class Main {
  private static final String COMMON_POOL = "java.util.concurrent.ForkJoinPool.common.parallelism";

  private Main() {}

  public static void main(String[] args) {
    // Before any class that touches the common pool: with a parallelism of one, the JDK starts a
    // thread for every asynchronous callback.
    if (System.getProperty(COMMON_POOL) == null) {
      int cores = Runtime.getRuntime().availableProcessors();
      System.setProperty(COMMON_POOL, Integer.toString(Math.max(2, cores)));
    }
    System.exit(Cli.run(args));
  }
}
