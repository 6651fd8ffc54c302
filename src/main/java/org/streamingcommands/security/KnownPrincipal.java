package org.streamingcommands.security;

import com.typesafe.config.Config;
import java.util.List;
import java.util.Optional;

/**
 * One entry of {@code security.principals}.
 *
 * @param token the hash of its static token
 * @param certificate the name in its certificate
 * @param subject the sub of its JWTs
 * @param clients whom it may be at the edge, by token
 * @param roles what it may do at the api
 * @param maxConnections of its own; -1 for what all have
 * @param maxRate of its own; -1 for what all have
 */
record KnownPrincipal(
    String name,
    Optional<TokenHash> token,
    Optional<String> certificate,
    Optional<String> subject,
    ClientPatterns clients,
    List<String> roles,
    int maxConnections,
    int maxRate) {

  /** Every key of an entry. */
  static final List<String> KEYS =
      List.of("token", "certificate", "subject", "clients", "roles", "max-connections", "max-rate");

  /**
   * @throws IllegalArgumentException naming the key, and never the value of a token
   */
  static KnownPrincipal from(String name, Config entry) {
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
              number(entry, "max-connections"),
              number(entry, "max-rate"));
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

  private static int number(Config entry, String key) {
    return entry.hasPath(key) ? entry.getInt(key) : -1;
  }
}
