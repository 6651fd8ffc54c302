package org.streamingcommands.cli;

import java.util.logging.Level;
import java.util.logging.Logger;
import org.slf4j.LoggerFactory;

/** How much is logged; what logback.xml reads. */
public final class Logging {
  private static final String LEVEL = "streamingcommands.log-level";

  /**
   * Prints a stack trace for every look-up of a name that fails, and the command that needed it
   * says so in a line. Held, so that its level is not forgotten with it.
   */
  private static final Logger CHANNELS = Logger.getLogger("io.grpc.internal.ManagedChannelImpl");

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
    CHANNELS.setLevel(Level.SEVERE);
  }
}
