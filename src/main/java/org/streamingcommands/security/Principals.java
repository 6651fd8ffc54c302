package org.streamingcommands.security;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigUtil;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;
import org.streamingcommands.command.ClientKey;
import org.streamingcommands.command.Proof;
import org.streamingcommands.command.ServiceAccess;

/** Who is known, by each of the ways to be known by, and what the roles permit. Immutable. */
final class Principals {
  private static final TokenHash NOBODYS = TokenHash.of(TokenHash.newToken("nobody"));

  private final Map<String, KnownPrincipal> byToken = new HashMap<>();
  private final Map<String, KnownPrincipal> byCertificate = new HashMap<>();
  private final Map<String, KnownPrincipal> bySubject = new HashMap<>();
  private final Map<String, List<Grant>> roles = new TreeMap<>();
  private final Quotas quotas;
  private final KnownPrincipal stranger;

  /**
   * @param security the section {@code streaming-commands.security}
   * @throws IllegalArgumentException naming the key that is wrong
   */
  Principals(Config security) {
    Limits everybodys = limits(security.getConfig("limits"));
    quotas = new Quotas();
    stranger =
        new KnownPrincipal(
            "stranger",
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            ClientPatterns.of(List.of()),
            List.of(),
            everybodys);
    for (String role : security.getObject("roles").keySet()) {
      roles.put(role, grants(role, security.getConfig(ConfigUtil.joinPath("roles", role))));
    }
    for (String name : security.getObject("principals").keySet()) {
      Config entry = security.getConfig(ConfigUtil.joinPath("principals", name));
      add(KnownPrincipal.from(name, entry, everybodys));
    }
  }

  private static Limits limits(Config section) {
    try {
      return Limits.from(section, Limits.NONE);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("streaming-commands.security.limits." + e.getMessage(), e);
    }
  }

  private static List<Grant> grants(String role, Config config) {
    try {
      List<Grant> grants = new ArrayList<>();
      config.getConfigList("grants").forEach(grant -> grants.add(Grant.from(grant)));
      return grants;
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "streaming-commands.security.roles.%s: %s".formatted(role, e.getMessage()), e);
    }
  }

  private void add(KnownPrincipal known) {
    for (String role : known.roles()) {
      if (!roles.containsKey(role)) {
        throw new IllegalArgumentException(
            "streaming-commands.security.principals.%s.roles: there is no role '%s'"
                .formatted(known.name(), role));
      }
    }
    known.token().ifPresent(hash -> byToken.put(known.name(), known));
    known.certificate().ifPresent(name -> addOnce(byCertificate, "certificate", name, known));
    known.subject().ifPresent(name -> addOnce(bySubject, "subject", name, known));
  }

  private static void addOnce(
      Map<String, KnownPrincipal> index, String key, String name, KnownPrincipal known) {
    if (index.putIfAbsent(name, known) != null) {
      throw new IllegalArgumentException(
          "streaming-commands.security.principals.%s.%s: '%s' is another principal's too"
              .formatted(known.name(), key, name));
    }
  }

  /** The holder of a static token; null where the token is wrong. */
  @Nullable Principal byToken(String token) {
    KnownPrincipal known = byToken.get(TokenHash.nameIn(token));
    // An unknown name costs as much as a wrong secret, so that names cannot be found by a clock.
    TokenHash hash = known == null ? NOBODYS : known.token().orElse(NOBODYS);
    return hash.matches(token) && known != null
        ? principal(
            known,
            known.name(),
            Proof.TOKEN,
            null,
            (client, ofCode) -> known.clients().test(client),
            known.roles())
        : null;
  }

  /** The holder of a certificate that goes by these names. */
  Principal byCertificate(
      List<String> names, Instant validUntil, BiPredicate<ClientKey, ServiceAccess> clients) {
    String name = names.isEmpty() ? "nameless" : names.get(0);
    for (String candidate : names) {
      KnownPrincipal known = byCertificate.get(candidate);
      if (known != null) {
        return principal(known, candidate, Proof.CERTIFICATE, validUntil, clients, known.roles());
      }
    }
    return principal(stranger, name, Proof.CERTIFICATE, validUntil, clients, List.of());
  }

  /** The holder of a JWT. Roles that the token names and nobody defined permit nothing. */
  Principal byJwt(JwtCheck.Holder holder) {
    KnownPrincipal known = bySubject.getOrDefault(holder.subject(), stranger);
    List<String> all = new ArrayList<>(known.roles());
    all.addAll(holder.roles());
    return principal(
        known,
        holder.subject(),
        Proof.JWT,
        holder.validUntil(),
        (client, ofCode) ->
            client.service().equals(holder.service())
                && client.clientId().equals(holder.clientId()),
        all);
  }

  private Principal principal(
      KnownPrincipal known,
      String name,
      Proof proof,
      @Nullable Instant validUntil,
      BiPredicate<ClientKey, ServiceAccess> clients,
      List<String> roleNames) {
    List<Grant> grants = new ArrayList<>();
    roleNames.forEach(role -> grants.addAll(roles.getOrDefault(role, List.of())));
    return new Principal(
        name,
        proof,
        validUntil,
        clients,
        Permissions.of(grants),
        quotas.of(proof, name, known.limits()));
  }
}
