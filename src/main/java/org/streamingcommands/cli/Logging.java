package org.streamingcommands.cli;

import org.slf4j.LoggerFactory;

/** How much is logged; what logback.xml reads. */
public final class Logging {
  private static final String LEVEL = "streamingcommands.log-level";

  private Logging() {}

  static void level(String level) {
    System.setProperty(LEVEL, level);
  }

  /**
   * Starts logging, at this level unless the user asked for one. Here, on one thread: what others
   * log while the first logger is made would come late and with a warning.
   */
  public static void start(String level) {
    if (System.getProperty(LEVEL) == null) {
      level(level);
    }
    LoggerFactory.getILoggerFactory();
  }
}
