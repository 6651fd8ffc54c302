package org.streamingcommands.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.sun.net.httpserver.HttpServer;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.streamingcommands.support.TestNode;
import org.streamingcommands.support.TestTokens;

/** What is no token, however much it looks like one. */
class JwtCheckTest {
  private static final Duration HOUR = Duration.ofHours(1);
  private static final TestTokens TOKENS = new TestTokens();

  @TempDir Path directory;

  @Test
  void aTokenSaysWhoItsHolderIs() throws Exception {
    try (JwtCheck check = check("")) {
      JwtCheck.Holder holder = check.check(TOKENS.es256(robot()));
      assertThat(holder.subject()).isEqualTo("robot-7");
      assertThat(holder.clientId()).isEqualTo("robot-7");
      assertThat(holder.service()).isEqualTo("bots");
    }
  }

  @Test
  void oneWithoutASignatureIsRefused() {
    assertRefused(new PlainJWT(robot().build()).serialize(), "no signed");
  }

  @Test
  void aPublicKeyIsNoSharedOne() {
    // The attack: what everybody may know of an RSA or EC key, used as the secret of an HMAC.
    byte[] known = TOKENS.rsa.toPublicJWK().toJSONString().getBytes(StandardCharsets.UTF_8);
    OctetSequenceKey confused =
        new OctetSequenceKey.Builder(known).keyID(TOKENS.rsa.getKeyID()).build();
    assertRefused(TestTokens.sign(JWSAlgorithm.HS256, confused, robot()), "algorithm");
    try (JwtCheck check = check("algorithms = [HS256, RS256, ES256]")) {
      assertThatThrownBy(() -> check.check(TestTokens.sign(JWSAlgorithm.HS256, confused, robot())))
          .isInstanceOf(AuthenticationException.class);
    }
  }

  @Test
  void anAlgorithmThatIsNotConfiguredIsRefused() {
    assertRefused(TOKENS.hs256(robot()), "algorithm");
  }

  @Test
  void anotherKeyOfTheSameNameDoesNotVerify() throws Exception {
    var forged = new ECKeyGenerator(Curve.P_256).keyID("ec").generate();
    assertRefused(TestTokens.sign(JWSAlgorithm.ES256, forged, robot()), "signature");
  }

  @Test
  void aChangedClaimDoesNotVerify() {
    String[] parts = TOKENS.es256(robot()).split("\\.");
    String[] other = TOKENS.es256(TestTokens.client("bots", "robot-8", HOUR)).split("\\.");
    assertRefused(parts[0] + '.' + other[1] + '.' + parts[2], "signature");
  }

  @Test
  void theTimesAreHeld() {
    assertRefused(TOKENS.es256(TestTokens.client("bots", "r", Duration.ofMinutes(-5))), "expired");
    assertRefused(
        TOKENS.es256(robot().notBeforeTime(Date.from(Instant.now().plus(HOUR)))), "not valid yet");
    assertRefused(
        TOKENS.es256(new JWTClaimsSet.Builder().subject("robot-7")), "sub and exp must be there");
  }

  @Test
  void audienceAndIssuerAreHeldWhereTheyAreConfigured() throws Exception {
    try (JwtCheck check = check("issuer = acme, audience = fleet")) {
      check.check(TOKENS.es256(robot().issuer("acme").audience("fleet")));
      assertThatThrownBy(() -> check.check(TOKENS.es256(robot().issuer("acme").audience("shop"))))
          .hasMessageContaining("audience");
      assertThatThrownBy(
              () -> check.check(TOKENS.es256(robot().issuer("mallory").audience("fleet"))))
          .hasMessageContaining("issuer");
      assertThatThrownBy(() -> check.check(TOKENS.es256(robot().issuer("acme"))))
          .isInstanceOf(AuthenticationException.class);
    }
  }

  @Test
  void nonsenseIsRefusedAndNeverRepeated() {
    for (String nonsense : new String[] {"a.b.c", "..", "eyJhbGciOiJFUzI1NiJ9.secretpart.x"}) {
      try (JwtCheck check = check("")) {
        assertThatThrownBy(() -> check.check(nonsense))
            .isInstanceOf(AuthenticationException.class)
            .hasMessageNotContaining("secretpart");
      }
    }
    assertRefused("a." + "b".repeat(10_000) + ".c", "longer than");
  }

  @Test
  void aNewKeyIsFetchedWhenATokenNamesIt() throws Exception {
    AtomicReference<String> served = new AtomicReference<>("{\"keys\": []}");
    try (Jwks jwks = new Jwks(served);
        JwtCheck check = new JwtCheck(config(jwks.address(), ""), Duration.ofMillis(50))) {
      assertThatThrownBy(() -> check.check(TOKENS.es256(robot())))
          .isInstanceOf(AuthenticationException.class);
      served.set(Files.readString(TOKENS.publicJwks(directory.resolve("new.json"))));
      long until = System.nanoTime() + TestNode.PATIENCE.toNanos();
      while (true) {
        try {
          check.check(TOKENS.es256(robot()));
          return;
        } catch (AuthenticationException e) {
          assertThat(System.nanoTime()).as("the new key never came").isLessThan(until);
        }
      }
    }
  }

  @Test
  void aSharedKeyThatAnybodyCanFetchIsNotTrusted() throws Exception {
    AtomicReference<String> served =
        new AtomicReference<>(Files.readString(TOKENS.jwks(directory.resolve("shared.json"))));
    try (Jwks jwks = new Jwks(served);
        JwtKeys keys = new JwtKeys(jwks.address(), HOUR)) {
      assertThatThrownBy(keys::reload).hasMessageContaining("shared key");
    }
  }

  @Test
  void keysAreFetchedOverTlsOrFromThisMachine() {
    assertThatThrownBy(() -> new JwtKeys("http://keys.example/jwks", HOUR))
        .hasMessageContaining("https");
  }

  private void assertRefused(String token, String said) {
    try (JwtCheck check = check("")) {
      assertThatThrownBy(() -> check.check(token))
          .isInstanceOf(AuthenticationException.class)
          .hasMessageContaining(said);
    }
  }

  private JwtCheck check(String own) {
    return new JwtCheck(config(TOKENS.jwks(directory.resolve("jwks.json")).toString(), own), HOUR);
  }

  private static Config config(String jwks, String own) {
    return ConfigFactory.parseString("jwks = \"%s\"\n%s".formatted(jwks, own))
        .withFallback(
            ConfigFactory.defaultReference().getConfig("streaming-commands.security.jwt"));
  }

  private static JWTClaimsSet.Builder robot() {
    return TestTokens.client("bots", "robot-7", HOUR);
  }

  /** Whoever signs, over http on loopback. */
  private static final class Jwks implements AutoCloseable {
    private final HttpServer server;

    Jwks(AtomicReference<String> served) throws Exception {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      server.createContext(
          "/",
          exchange -> {
            byte[] body = served.get().getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            try (var out = exchange.getResponseBody()) {
              out.write(body);
            }
          });
      server.start();
    }

    String address() {
      return "http://127.0.0.1:" + server.getAddress().getPort() + "/jwks";
    }

    @Override
    public void close() {
      server.stop(0);
    }
  }
}
