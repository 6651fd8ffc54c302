package org.streamingcommands.support;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.OctetSequenceKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;

/** Signs the tests' tokens, with keys that are made when they run. */
public final class TestTokens {
  public final ECKey ec;
  public final RSAKey rsa;
  public final OctetSequenceKey shared;

  public TestTokens() {
    try {
      ec = new ECKeyGenerator(Curve.P_256).keyID("ec").generate();
      rsa = new RSAKeyGenerator(2048).keyID("rsa").generate();
      shared = new OctetSequenceKeyGenerator(256).keyID("shared").generate();
    } catch (JOSEException e) {
      throw new AssertionError(e);
    }
  }

  /** Writes what a checker needs: public keys, and the shared one. */
  public Path jwks(Path file) {
    return write(file, new JWKSet(List.of(ec.toPublicJWK(), rsa.toPublicJWK(), shared)));
  }

  public Path publicJwks(Path file) {
    return write(file, new JWKSet(List.of(ec.toPublicJWK(), rsa.toPublicJWK())));
  }

  private static Path write(Path file, JWKSet keys) {
    try {
      return Files.writeString(file, keys.toString(false));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What a robot's token says: who it may be, for so long. */
  public static JWTClaimsSet.Builder client(String service, String clientId, Duration life) {
    return new JWTClaimsSet.Builder()
        .subject(clientId)
        .claim("service", service)
        .expirationTime(Date.from(Instant.now().plus(life)));
  }

  public String es256(JWTClaimsSet.Builder claims) {
    return sign(JWSAlgorithm.ES256, ec, claims);
  }

  public String rs256(JWTClaimsSet.Builder claims) {
    return sign(JWSAlgorithm.RS256, rsa, claims);
  }

  public String hs256(JWTClaimsSet.Builder claims) {
    return sign(JWSAlgorithm.HS256, shared, claims);
  }

  public static String sign(JWSAlgorithm algorithm, JWK key, JWTClaimsSet.Builder claims) {
    SignedJWT token =
        new SignedJWT(
            new JWSHeader.Builder(algorithm).keyID(key.getKeyID()).build(), claims.build());
    try {
      if (key instanceof ECKey ecKey) {
        token.sign(new ECDSASigner(ecKey));
      } else if (key instanceof RSAKey rsaKey) {
        token.sign(new RSASSASigner(rsaKey));
      } else {
        token.sign(new MACSigner(key.toOctetSequenceKey()));
      }
    } catch (JOSEException e) {
      throw new AssertionError(e);
    }
    return token.serialize();
  }
}
