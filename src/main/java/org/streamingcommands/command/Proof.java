package org.streamingcommands.command;

import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** How somebody shows who they are; the names are those of the {@code auth} keys. */
public enum Proof {
  /** A certificate of their own in the TLS handshake. */
  CERTIFICATE,
  /** A JSON web token in the {@code authorization} header. */
  JWT,
  /** A static token in the same header. */
  TOKEN;

  /**
   * Those of an {@code auth} key.
   *
   * @throws IllegalArgumentException for a name that is none of them
   */
  public static Set<Proof> named(List<String> names) {
    EnumSet<Proof> proofs = EnumSet.noneOf(Proof.class);
    for (String name : names) {
      try {
        proofs.add(valueOf(name.toUpperCase(Locale.ROOT)));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            "'%s' is none of certificate, jwt, token".formatted(name), e);
      }
    }
    return proofs;
  }
}
