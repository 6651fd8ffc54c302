package org.streamingcommands.json;

/** A type that is not known, JSON that is no such message, or a descriptor set that is none. */
public final class JsonProblem extends Exception {
  private static final long serialVersionUID = 1L;

  JsonProblem(String message) {
    super(message);
  }

  JsonProblem(String message, Throwable cause) {
    super(message, cause);
  }
}
