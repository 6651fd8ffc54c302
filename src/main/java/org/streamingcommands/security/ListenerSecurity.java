package org.streamingcommands.security;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.streamingcommands.command.ClientKey;
import org.streamingcommands.command.Proof;
import org.streamingcommands.command.ServiceAccess;

/**
 * How one listener tells who calls: its certificate, the ways in that it knows, and the principals
 * behind them. A listener that other machines can reach has TLS and asks everybody, or it does not
 * come to be. Thread-safe; nothing in it blocks.
 */
public final class ListenerSecurity implements AutoCloseable {
  private final Set<Proof> proofs;
  private final @Nullable ServerTls tls;
  private final @Nullable JwtCheck jwt;
  private final Principals principals;
  private final ServiceRules services;
  private final FailedAttempts failures;

  private ListenerSecurity(
      Set<Proof> proofs,
      @Nullable ServerTls tls,
      @Nullable JwtCheck jwt,
      Principals principals,
      ServiceRules services,
      FailedAttempts failures) {
    this.proofs = proofs;
    this.tls = tls;
    this.jwt = jwt;
    this.principals = principals;
    this.services = services;
    this.failures = failures;
  }

  /**
   * @param root the section {@code streaming-commands}
   * @param listener "edge" or "api"
   * @param host where it is about to listen
   * @throws IllegalArgumentException naming the key that is wrong, or the keys that are missing
   */
  public static ListenerSecurity of(Config root, String listener, String host) {
    Config security = root.getConfig("security");
    Config own = root.getConfig(listener);
    Set<Proof> proofs = ServiceRules.proofs(listener + ".auth", own.getStringList("auth"));
    Duration interval = interval(security);
    // With other ways in beside it, a certificate is one way among them; else it is a condition.
    boolean required =
        proofs.equals(EnumSet.of(Proof.CERTIFICATE)) || !proofs.contains(Proof.CERTIFICATE);
    ServerTls tls = null;
    JwtCheck jwt = null;
    try {
      tls = tls(listener, own, required, interval);
      checkBind(listener, host, tls, proofs, security.getBoolean("insecure"));
      checkProofs(listener, proofs, tls, security);
      Principals principals = new Principals(security);
      Set<Proof> edge = ServiceRules.proofs("edge.auth", root.getStringList("edge.auth"));
      ServiceRules services = new ServiceRules(root, edge);
      if (proofs.contains(Proof.JWT)) {
        jwt = new JwtCheck(security.getConfig("jwt"), interval);
      }
      FailedAttempts failures = new FailedAttempts(security.getInt("limits.max-failed-attempts"));
      return new ListenerSecurity(proofs, tls, jwt, principals, services, failures);
    } catch (ConfigException e) {
      close(tls, jwt);
      throw new IllegalArgumentException("streaming-commands.security: " + e.getMessage(), e);
    } catch (RuntimeException e) {
      close(tls, jwt);
      throw e;
    }
  }

  private static Duration interval(Config security) {
    Duration interval = security.getDuration("reload-interval");
    if (interval.isNegative() || interval.isZero()) {
      throw new IllegalArgumentException(
          "streaming-commands.security.reload-interval: must be more than zero, is " + interval);
    }
    return interval;
  }

  private static @Nullable ServerTls tls(
      String listener, Config own, boolean required, Duration interval) {
    try {
      return ServerTls.from(own.getConfig("tls"), required, interval);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "streaming-commands.%s: %s".formatted(listener, e.getMessage()), e);
    }
  }

  private static void checkBind(
      String listener, String host, @Nullable ServerTls tls, Set<Proof> proofs, boolean insecure) {
    if (insecure || isLoopback(host) || tls != null && !proofs.isEmpty()) {
      return;
    }
    StringBuilder missing = new StringBuilder();
    if (tls == null) {
      missing.append(
          "set streaming-commands.%s.tls.certificate and .tls.key for TLS".formatted(listener));
    }
    if (proofs.isEmpty()) {
      missing.append(missing.isEmpty() ? "" : ", and ");
      missing.append(
          "set streaming-commands.%s.auth to some of certificate, jwt, token".formatted(listener));
    }
    throw new IllegalArgumentException(
        ("streaming-commands.%s.host is '%s', which other machines can reach: %s; or, in a network"
                + " that you trust wholly, streaming-commands.security.insecure = on")
            .formatted(listener, host, missing));
  }

  private static void checkProofs(
      String listener, Set<Proof> proofs, @Nullable ServerTls tls, Config security) {
    if (proofs.contains(Proof.CERTIFICATE) && (tls == null || tls.trustManager() == null)) {
      throw new IllegalArgumentException(
          "streaming-commands.%s.auth: certificate needs streaming-commands.%s.tls.client-ca"
              .formatted(listener, listener));
    }
    if (proofs.contains(Proof.JWT) && security.getString("jwt.jwks").isEmpty()) {
      throw new IllegalArgumentException(
          "streaming-commands.%s.auth: jwt needs streaming-commands.security.jwt.jwks"
              .formatted(listener));
    }
  }

  /** Whether only this machine can reach a listener on it. */
  public static boolean isLoopback(String host) {
    try {
      return !host.isEmpty() && InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return false;
    }
  }

  /** The listener's certificate; null where it listens in the clear. */
  public @Nullable ServerTls tls() {
    return tls;
  }

  /** Whether nobody is asked who they are. */
  public boolean isOpen() {
    return proofs.isEmpty();
  }

  /**
   * Who presents this. A token comes before a certificate: it was sent on purpose.
   *
   * @param from counts its failures; null to count none
   * @throws AuthenticationException where nobody does
   */
  public Principal authenticate(Presented presented, @Nullable InetAddress from)
      throws AuthenticationException {
    if (proofs.isEmpty()) {
      return Principal.ANYONE;
    }
    if (from != null && failures.areTooMany(from)) {
      throw new AuthenticationException(
          "too many failed attempts from this address; wait a second", true);
    }
    try {
      String bearer = presented.bearer();
      return bearer != null ? byToken(bearer) : byCertificate(presented);
    } catch (AuthenticationException e) {
      if (from != null) {
        failures.add(from);
      }
      throw e;
    }
  }

  private Principal byToken(String bearer) throws AuthenticationException {
    boolean looksLikeJwt = bearer.indexOf('.') != bearer.lastIndexOf('.');
    if (looksLikeJwt && jwt != null) {
      return principals.byJwt(jwt.check(bearer));
    }
    Principal principal =
        !looksLikeJwt && proofs.contains(Proof.TOKEN) ? principals.byToken(bearer) : null;
    if (principal == null) {
      throw new AuthenticationException("token: is not known");
    }
    return principal;
  }

  private Principal byCertificate(Presented presented) throws AuthenticationException {
    if (!proofs.contains(Proof.CERTIFICATE) || presented.certificates().isEmpty()) {
      throw new AuthenticationException("say who you are, with one of " + proofs);
    }
    X509Certificate own = presented.certificates().get(0);
    return principals.byCertificate(
        CertificateNames.of(own),
        own.getNotAfter().toInstant(),
        (client, ofCode) -> services.isNameOf(own, client, ofCode));
  }

  /**
   * Whether the principal may dial in as this client, and its service takes what it showed.
   *
   * @param ofCode what the code of the client's service says
   */
  public boolean mayBe(Principal principal, ClientKey client, ServiceAccess ofCode) {
    return services.accepts(client.service(), ofCode, principal.proof())
        && principal.mayBe(client, ofCode);
  }

  @Override
  public void close() {
    close(tls, jwt);
  }

  private static void close(@Nullable ServerTls tls, @Nullable JwtCheck jwt) {
    if (tls != null) {
      tls.close();
    }
    if (jwt != null) {
      jwt.close();
    }
  }
}
