package org.streamingcommands.command;

/** An outcome that is not completed, where only an exception can say so. */
public final class CommandException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient Outcome<?> outcome;

  public CommandException(Outcome<?> outcome) {
    super(outcome.toString());
    this.outcome = outcome;
  }

  public Outcome<?> outcome() {
    return outcome;
  }
}
