package org.streamingcommands.security;

import java.security.cert.X509Certificate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a caller shows of itself.
 *
 * @param authorization the header's value; null for none
 * @param certificates its verified chain, its own first; empty for none
 */
public record Presented(@Nullable String authorization, List<X509Certificate> certificates) {
  private static final String BEARER = "Bearer ";

  /** A token by itself, without a header around it. */
  public static Presented token(String token) {
    return new Presented(BEARER + token, List.of());
  }

  @Nullable String bearer() {
    String header = authorization;
    return header != null && header.regionMatches(true, 0, BEARER, 0, BEARER.length())
        ? header.substring(BEARER.length()).strip()
        : null;
  }

  @Override
  public String toString() {
    return "Presented(***)";
  }
}
