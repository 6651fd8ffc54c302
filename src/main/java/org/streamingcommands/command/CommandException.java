package org.streamingcommands.command;

/** Thrown by {@link Outcome#orElseThrow()} for an outcome that is not completed. */
public final class CommandException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient Outcome<?> outcome;

  CommandException(Outcome<?> outcome) {
    super(outcome.toString());
    this.outcome = outcome;
  }

  public Outcome<?> outcome() {
    return outcome;
  }
}
