package org.streamingcommands.security;

/** How somebody shows who they are; the names are those of the {@code auth} keys. */
public enum Proof {
  /** A certificate of their own in the TLS handshake. */
  CERTIFICATE,
  /** A JSON web token in the {@code authorization} header. */
  JWT,
  /** A static token in the same header. */
  TOKEN
}
