package org.streamingcommands.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jwt.SignedJWT;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.streamingcommands.security.TokenHash;

class TokenCommandTest {
  @TempDir Path directory;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void aNewTokenFitsItsHash() {
    assertThat(run("token", "create", "--name", "ci", "--json")).isZero();

    JsonObject made = JsonParser.parseString(out.toString()).getAsJsonObject();
    String token = made.get("token").getAsString();
    assertThat(token).startsWith("ci.");
    assertThat(made.get("hash").getAsString()).isEqualTo(TokenHash.of(token).toString());
  }

  @Test
  void aNameThatCannotBeOneIsTheArgumentsFault() {
    assertThat(run("token", "create", "--name", "a.b")).isEqualTo(ExitCode.USAGE);
    assertThat(err.toString()).contains("--name");
  }

  @ParameterizedTest
  @ValueSource(strings = {"ES256", "RS256", "HS256"})
  void aJwtIsSignedWithWhatKeysMade(String algorithm) throws Exception {
    assertThat(keys(algorithm)).isZero();
    out.getBuffer().setLength(0);

    assertThat(
            run(
                "token",
                "jwt",
                "--key",
                file("private"),
                "--subject",
                "robot-7",
                "--service",
                "bots",
                "--role",
                "operator"))
        .isZero();

    SignedJWT token = SignedJWT.parse(out.toString().strip());
    assertThat(token.getJWTClaimsSet().getSubject()).isEqualTo("robot-7");
    assertThat(token.getJWTClaimsSet().getStringClaim("service")).isEqualTo("bots");
    JWKSet open = JWKSet.parse(Files.readString(Path.of(file("public"))));
    assertThat(open.getKeys().get(0).isPrivate()).isEqualTo(algorithm.equals("HS256"));
    if (algorithm.equals("ES256")) {
      assertThat(token.verify(new ECDSAVerifier(open.getKeys().get(0).toECKey()))).isTrue();
    }
  }

  @Test
  void keysThatAreThereAreNotOverwritten() throws Exception {
    assertThat(keys("ES256")).isZero();
    String before = Files.readString(Path.of(file("private")));

    assertThat(keys("ES256")).isEqualTo(ExitCode.FAILURE);
    assertThat(Files.readString(Path.of(file("private")))).isEqualTo(before);
  }

  @Test
  void aPublicKeySignsNothing() {
    keys("ES256");
    assertThat(run("token", "jwt", "--key", file("public"), "--subject", "x"))
        .isEqualTo(ExitCode.USAGE);
    assertThat(err.toString()).contains("--key");
  }

  @Test
  void aGoodConfigurationIsPrintedAsJson() {
    assertThat(run("check-config", "--config", "conf/application.conf", "--json")).isZero();

    JsonObject said = JsonParser.parseString(out.toString()).getAsJsonObject();
    assertThat(said.get("ok").getAsBoolean()).isTrue();
    assertThat(said.getAsJsonObject("config").getAsJsonObject("streaming-commands").keySet())
        .contains("edge", "api", "services");
  }

  @Test
  void aBadOneIsRefusedByCheckConfigAndByServe() throws Exception {
    Path bad = Files.writeString(directory.resolve("bad.conf"), "streaming-commands.edge.prot = 1");

    assertThat(run("check-config", "--config", bad.toString())).isEqualTo(ExitCode.FAILED);
    assertThat(err.toString()).contains("streaming-commands.edge.prot", "bad.conf: 1");

    err.getBuffer().setLength(0);
    assertThat(run("serve", "--config", bad.toString())).isEqualTo(ExitCode.FAILURE);
    assertThat(err.toString()).contains("streaming-commands.edge.prot");
  }

  private int keys(String algorithm) {
    return run(
        "token",
        "keys",
        "--algorithm",
        algorithm,
        "--private",
        file("private"),
        "--public",
        file("public"));
  }

  private String file(String name) {
    return directory.resolve(name + ".jwks").toString();
  }

  private int run(String... args) {
    return Cli.run(new PrintWriter(out, true), new PrintWriter(err, true), args);
  }
}
