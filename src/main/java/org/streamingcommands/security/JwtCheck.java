package org.streamingcommands.security;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.BadJWSException;
import com.nimbusds.jose.proc.DefaultJOSEObjectTypeVerifier;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.jwt.proc.BadJWTException;
import com.nimbusds.jwt.proc.DefaultJWTClaimsVerifier;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import com.typesafe.config.Config;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Checks JSON web tokens: signed with one of the configured algorithms by a known key of that
 * algorithm's kind, for this audience, by this issuer, and valid now. Thread-safe; never blocks.
 */
final class JwtCheck implements AutoCloseable {
  private static final Set<String> KNOWN = Set.of("HS256", "RS256", "ES256");
  private static final int MAX_LENGTH = 8192;

  private final JwtKeys keys;
  private final DefaultJWTProcessor<SecurityContext> processor = new DefaultJWTProcessor<>();
  private final Duration clockSkew;
  private final String serviceClaim;
  private final String clientIdClaim;
  private final String rolesClaim;

  /** Who a token says its holder is. Empty where it does not say. */
  record Holder(
      String subject, String service, String clientId, List<String> roles, Instant validUntil) {}

  /**
   * @param jwt the section {@code security.jwt}, with keys
   */
  JwtCheck(Config jwt, Duration reloadInterval) {
    keys = new JwtKeys(jwt.getString("jwks"), reloadInterval);
    clockSkew = jwt.getDuration("clock-skew");
    serviceClaim = jwt.getString("service-claim");
    clientIdClaim = jwt.getString("client-id-claim");
    rolesClaim = jwt.getString("roles-claim");
    processor.setJWSTypeVerifier(
        new DefaultJOSEObjectTypeVerifier<>(
            JOSEObjectType.JWT, new JOSEObjectType("at+jwt"), null));
    processor.setJWSKeySelector(new JWSVerificationKeySelector<>(algorithms(jwt), keys));
    processor.setJWTClaimsSetVerifier(claims(jwt));
  }

  private static Set<JWSAlgorithm> algorithms(Config jwt) {
    Set<JWSAlgorithm> algorithms = new HashSet<>();
    for (String name : jwt.getStringList("algorithms")) {
      if (!KNOWN.contains(name)) {
        throw new IllegalArgumentException(
            "streaming-commands.security.jwt.algorithms: '%s' is none of HS256, RS256, ES256"
                .formatted(name));
      }
      algorithms.add(JWSAlgorithm.parse(name));
    }
    if (algorithms.isEmpty()) {
      throw new IllegalArgumentException(
          "streaming-commands.security.jwt.algorithms: must not be empty");
    }
    return algorithms;
  }

  private DefaultJWTClaimsVerifier<SecurityContext> claims(Config jwt) {
    String issuer = jwt.getString("issuer");
    String audience = jwt.getString("audience");
    JWTClaimsSet.Builder exact = new JWTClaimsSet.Builder();
    if (!issuer.isEmpty()) {
      exact.issuer(issuer);
    }
    var verifier =
        new DefaultJWTClaimsVerifier<SecurityContext>(
            audience.isEmpty() ? null : audience, exact.build(), Set.of("sub", "exp"));
    verifier.setMaxClockSkew((int) clockSkew.toSeconds());
    return verifier;
  }

  /**
   * @throws AuthenticationException with words of our own: a library's may quote the token
   */
  Holder check(String token) throws AuthenticationException {
    if (token.length() > MAX_LENGTH) {
      throw new AuthenticationException("token: longer than %d characters".formatted(MAX_LENGTH));
    }
    try {
      return holder(processor.process(SignedJWT.parse(token), null));
    } catch (ParseException e) {
      throw new AuthenticationException("token: is no signed JSON web token");
    } catch (BadJWTException e) {
      throw new AuthenticationException("token: " + claimProblem(e));
    } catch (BadJWSException | JOSEException e) {
      throw new AuthenticationException("token: the signature does not verify");
    } catch (BadJOSEException e) {
      keys.askEarly();
      throw new AuthenticationException(
          "token: its algorithm is not accepted, or no key that is known signed it");
    } catch (RuntimeException e) {
      throw new AuthenticationException("token: makes no sense");
    }
  }

  /** Which claim it was, in our words. */
  private static String claimProblem(BadJWTException e) {
    String said = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
    if (said.contains("expired")) {
      return "is expired";
    }
    if (said.contains("before use")) {
      return "is not valid yet";
    }
    if (said.contains("missing required")) {
      return said.contains("aud") ? "is for another audience" : "sub and exp must be there";
    }
    if (said.contains("aud")) {
      return "is for another audience";
    }
    if (said.contains("iss")) {
      return "is from another issuer";
    }
    return "a claim is not as it should be";
  }

  private Holder holder(JWTClaimsSet claims) throws ParseException {
    List<String> roles = claims.getStringListClaim(rolesClaim);
    return new Holder(
        claims.getSubject(),
        text(claims, serviceClaim),
        text(claims, clientIdClaim),
        roles == null ? List.of() : roles,
        claims.getExpirationTime().toInstant().plus(clockSkew));
  }

  private static String text(JWTClaimsSet claims, String name) throws ParseException {
    String value = claims.getStringClaim(name);
    return value == null ? "" : value;
  }

  @Override
  public void close() {
    keys.close();
  }
}
