package org.streamingcommands.security;

/**
 * Somebody is not who they claim to be, or does not say. The message is for them and for logs: it
 * never holds any part of what they presented. Has no stack trace: it is a stranger's doing.
 */
public final class AuthenticationException extends Exception {
  private static final long serialVersionUID = 1L;

  AuthenticationException(String message) {
    super(message, null, false, false);
  }
}
