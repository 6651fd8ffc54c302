package org.streamingcommands.security;

/**
 * Somebody is not who they claim to be, or does not say. The message is for them and for logs: it
 * never holds any part of what they presented. Has no stack trace: it is a stranger's doing.
 */
public final class AuthenticationException extends Exception {
  private static final long serialVersionUID = 1L;

  private final boolean tooMany;

  AuthenticationException(String message) {
    this(message, false);
  }

  /**
   * @param tooMany whether nothing was looked at, because of too many failures before
   */
  AuthenticationException(String message, boolean tooMany) {
    super(message, null, false, false);
    this.tooMany = tooMany;
  }

  /** Whether nothing was looked at, because of too many failures before. */
  public boolean isTooMany() {
    return tooMany;
  }
}
