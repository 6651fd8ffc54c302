package org.streamingcommands.cli;

import org.streamingcommands.command.Outcome;
import picocli.CommandLine.Help.Ansi;

/** Colours for a person at a terminal; plain text for everybody else, and where NO_COLOR is set. */
final class Colours {
  private static final String END = "\033[0m";

  private Colours() {}

  static boolean areOn() {
    return Ansi.AUTO.enabled() && System.getenv("NO_COLOR") == null;
  }

  static String good(String text) {
    return paint("\033[32m", text);
  }

  static String bad(String text) {
    return paint("\033[31m", text);
  }

  static String warn(String text) {
    return paint("\033[33m", text);
  }

  static String dim(String text) {
    return paint("\033[2m", text);
  }

  static String bold(String text) {
    return paint("\033[1m", text);
  }

  /** Green where the client did it, yellow where it was stopped, red for the rest. */
  static String of(Outcome<?> outcome, String text) {
    if (outcome.isCompleted()) {
      return good(text);
    }
    return outcome instanceof Outcome.Cancelled<?> ? warn(text) : bad(text);
  }

  private static String paint(String code, String text) {
    return areOn() ? code + text + END : text;
  }
}
