package org.streamingcommands.cli;

import org.streamingcommands.command.Outcome;

/**
 * What the process answers to the shell. Part of the interface: a code never changes its meaning.
 */
final class ExitCode {
  /** The command completed; or the program did what it was asked. */
  static final int OK = 0;

  /** The program itself failed. */
  static final int FAILURE = 1;

  /** The arguments are wrong. */
  static final int USAGE = 2;

  /** The client ran the command and says that it failed. */
  static final int FAILED = 3;

  /** The command was cancelled. */
  static final int CANCELLED = 4;

  /** The command never left for the client. */
  static final int NOT_SENT = 5;

  /** The command may have reached the client. */
  static final int SENT_UNCONFIRMED = 6;

  /** The client said that it has the command, and then nothing more. */
  static final int RECEIVED_NOT_FINISHED = 7;

  private ExitCode() {}

  static int of(Outcome<?> outcome) {
    if (outcome instanceof Outcome.Failed<?>) {
      return FAILED;
    }
    if (outcome instanceof Outcome.Cancelled<?>) {
      return CANCELLED;
    }
    if (outcome instanceof Outcome.Undelivered<?> undelivered) {
      return switch (undelivered.certainty()) {
        case NOT_SENT -> NOT_SENT;
        case SENT_UNCONFIRMED -> SENT_UNCONFIRMED;
        case RECEIVED_NOT_FINISHED -> RECEIVED_NOT_FINISHED;
      };
    }
    return OK;
  }
}
