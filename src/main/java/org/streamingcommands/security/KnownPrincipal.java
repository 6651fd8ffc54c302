package org.streamingcommands.security;

import com.typesafe.config.Config;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * One entry of {@code security.principals}.
 *
 * @param token the hash of its static token
 * @param certificate the name in its certificate
 * @param subject the sub of its JWTs
 * @param clients whom it may be at the edge, by token
 * @param roles what it may do at the api
 * @param limits of its own, or what all have
 */
record KnownPrincipal(
    String name,
    Optional<TokenHash> token,
    Optional<String> certificate,
    Optional<String> subject,
    ClientPatterns clients,
    List<String> roles,
    Limits limits) {

  /** Every key of an entry. */
  static final List<String> KEYS =
      Stream.concat(
              Stream.of("token", "certificate", "subject", "clients", "roles"),
              Limits.KEYS.stream())
          .toList();

  /**
   * @param everybodys the limits of those who have none of their own
   * @throws IllegalArgumentException naming the key, and never the value of a token
   */
  static KnownPrincipal from(String name, Config entry, Limits everybodys) {
    String path = "streaming-commands.security.principals." + name;
    for (String key : entry.root().keySet()) {
      if (!KEYS.contains(key)) {
        throw new IllegalArgumentException("%s.%s: there is no such key".formatted(path, key));
      }
    }
    try {
      TokenHash.checkedName(name);
      KnownPrincipal read =
          new KnownPrincipal(
              name,
              text(entry, "token").map(TokenHash::parse),
              text(entry, "certificate"),
              text(entry, "subject"),
              ClientPatterns.of(list(entry, "clients")),
              list(entry, "roles"),
              Limits.from(entry, everybodys));
      if (read.token.isEmpty() && read.certificate.isEmpty() && read.subject.isEmpty()) {
        throw new IllegalArgumentException(
            "needs one of token, certificate, subject to be known by");
      }
      return read;
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(path + ": " + e.getMessage(), e);
    }
  }

  private static Optional<String> text(Config entry, String key) {
    return entry.hasPath(key) ? Optional.of(entry.getString(key)) : Optional.empty();
  }

  private static List<String> list(Config entry, String key) {
    return entry.hasPath(key) ? entry.getStringList(key) : List.of();
  }
}
