package org.streamingcommands.agent;

/** The codes of the failures that an agent answers of its own accord. */
public final class FailureCode {
  /** The agent has no handler for the command's type; the message names its type URL. */
  public static final String UNSUPPORTED_COMMAND = "UNSUPPORTED_COMMAND";

  /** The command's payload does not parse as its type. Nothing ran. */
  public static final String INVALID_PAYLOAD = "INVALID_PAYLOAD";

  /** The handler threw something else than {@link CommandFailure}. */
  public static final String HANDLER_ERROR = "HANDLER_ERROR";

  /** The deadline passed before the handler started. Nothing ran. */
  public static final String EXPIRED = "EXPIRED";

  /** Too many commands wait for a handler. Nothing ran. */
  public static final String OVERLOADED = "OVERLOADED";

  /** The agent is closing. Nothing ran. */
  public static final String CLOSING = "CLOSING";

  /** The command completed, but its answer is larger than the server takes. */
  public static final String RESULT_TOO_LARGE = "RESULT_TOO_LARGE";

  private FailureCode() {}
}
