package org.streamingcommands.cli;

import com.google.gson.JsonObject;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.factories.DefaultJWSSignerFactory;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.OctetSequenceKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.streamingcommands.security.TokenHash;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Static tokens, and JWTs to develop with. */
@Command(
    name = "token",
    description = "Make and hash static tokens, and sign JWTs for development.",
    subcommands = {
      TokenCommand.Create.class,
      TokenCommand.Hash.class,
      TokenCommand.Keys.class,
      TokenCommand.Jwt.class
    })
final class TokenCommand implements Callable<Integer> {
  // Set by picocli.
  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    spec.commandLine().usage(spec.commandLine().getErr());
    return ExitCode.USAGE;
  }

  /** What all of them print. */
  abstract static class Printing implements Callable<Integer> {
    // Set by picocli.
    @Spec CommandSpec spec;

    @Option(names = "--json", description = "Print one object.")
    private boolean json;

    final int print(Map<String, String> values, String text) {
      if (json) {
        JsonObject object = new JsonObject();
        values.forEach(object::addProperty);
        spec.commandLine().getOut().println(object);
      } else {
        spec.commandLine().getOut().println(text);
      }
      return ExitCode.OK;
    }

    final ParameterException wrong(String problem) {
      return new ParameterException(spec.commandLine(), problem);
    }
  }

  /** A new one. */
  @Command(
      name = "create",
      description =
          "Make a static token. It is shown now, and never again; the node gets its hash.",
      exitCodeListHeading = "Exit codes:%n",
      exitCodeList = {"0:it is printed", "1:the program failed", "2:the arguments are wrong"})
  static final class Create extends Printing {
    @Option(
        names = "--name",
        required = true,
        description = "Whose it is: 1 to 64 of a-z A-Z 0-9 _ -")
    private String name = "";

    @Override
    public Integer call() {
      String token;
      try {
        token = TokenHash.newToken(name);
      } catch (IllegalArgumentException e) {
        throw wrong("--name: " + e.getMessage());
      }
      String hash = TokenHash.of(token).toString();
      return print(
          Map.of("name", name, "token", token, "hash", hash),
          "%s%n%nstreaming-commands.security.principals.%s.token = \"%s\""
              .formatted(token, name, hash));
    }
  }

  /** The hash of one that is there. */
  @Command(
      name = "hash",
      description = "Read a static token from standard input and print its hash.",
      exitCodeListHeading = "Exit codes:%n",
      exitCodeList = {"0:it is printed", "1:the program failed", "2:what came is no token"})
  static final class Hash extends Printing {
    @Override
    public Integer call() throws IOException {
      String token =
          new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)).readLine();
      try {
        String hash = TokenHash.of(token == null ? "" : token.strip()).toString();
        return print(Map.of("hash", hash), hash);
      } catch (IllegalArgumentException e) {
        throw wrong(String.valueOf(e.getMessage()));
      }
    }
  }

  /** Keys to sign with. */
  @Command(
      name = "keys",
      description = "Make a key for JWTs: a private JWKS to sign with, a public one to check with.",
      exitCodeListHeading = "Exit codes:%n",
      exitCodeList = {
        "0:both files are written",
        "1:the program failed; a file was there already",
        "2:the arguments are wrong"
      })
  static final class Keys extends Printing {
    @Option(
        names = "--algorithm",
        defaultValue = "ES256",
        description = "HS256, RS256 or ES256 (default: ${DEFAULT-VALUE}).")
    private String algorithm = "ES256";

    @Option(names = "--private", required = true, paramLabel = "FILE", description = "To write.")
    private Path privateFile = Path.of("");

    @Option(
        names = "--public",
        required = true,
        paramLabel = "FILE",
        description = "To write, for security.jwt.jwks. With HS256 it is as secret as the other.")
    private Path publicFile = Path.of("");

    @Override
    public Integer call() throws IOException, JOSEException {
      JWK key = key();
      boolean shared = algorithm.equals("HS256");
      write(privateFile, new JWKSet(key).toString(false), true);
      write(publicFile, new JWKSet(key).toString(!shared), shared);
      return print(
          Map.of("kid", key.getKeyID(), "algorithm", algorithm),
          "wrote %s and %s".formatted(privateFile, publicFile));
    }

    private JWK key() throws JOSEException {
      JWSAlgorithm name = JWSAlgorithm.parse(algorithm);
      return switch (algorithm) {
        case "ES256" ->
            new ECKeyGenerator(Curve.P_256).algorithm(name).keyIDFromThumbprint(true).generate();
        case "RS256" ->
            new RSAKeyGenerator(2048).algorithm(name).keyIDFromThumbprint(true).generate();
        case "HS256" ->
            new OctetSequenceKeyGenerator(256).algorithm(name).keyIDFromThumbprint(true).generate();
        default -> throw wrong("--algorithm: must be HS256, RS256 or ES256");
      };
    }

    private static void write(Path file, String text, boolean secret) throws IOException {
      boolean posix = file.getFileSystem().supportedFileAttributeViews().contains("posix");
      if (secret && posix) {
        Files.createFile(
            file,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(file, text);
      } else {
        Files.writeString(file, text, StandardOpenOption.CREATE_NEW);
      }
    }
  }

  /** A signed one. */
  @Command(
      name = "jwt",
      description =
          "Sign a JWT with a private JWKS. For development: a real issuer asks who you are.",
      exitCodeListHeading = "Exit codes:%n",
      exitCodeList = {"0:it is printed", "1:the program failed", "2:the arguments are wrong"})
  static final class Jwt extends Printing {
    @Option(names = "--key", required = true, paramLabel = "FILE", description = "A private JWKS.")
    private Path keyFile = Path.of("");

    @Option(names = "--subject", required = true, description = "sub: a client id, or a principal.")
    private String subject = "";

    @Option(names = "--service", description = "The client's service, for the edge.")
    private String service = "";

    @Option(names = "--role", description = "A role at the api; may be repeated.")
    private List<String> roles = List.of();

    @Option(names = "--issuer", description = "iss.")
    private String issuer = "";

    @Option(names = "--audience", description = "aud.")
    private String audience = "";

    @Option(
        names = "--life",
        defaultValue = "1h",
        description = "How long it is valid (default: ${DEFAULT-VALUE}).")
    private Duration life = Duration.ofHours(1);

    @Override
    public Integer call() throws IOException, JOSEException {
      JWK key = readKey();
      if (key.getAlgorithm() == null) {
        throw wrong("--key: the key does not say its alg");
      }
      SignedJWT token =
          new SignedJWT(
              new JWSHeader.Builder(JWSAlgorithm.parse(key.getAlgorithm().getName()))
                  .keyID(key.getKeyID())
                  .build(),
              claims());
      JWSSigner signer =
          new DefaultJWSSignerFactory()
              .createJWSSigner(key, JWSAlgorithm.parse(key.getAlgorithm().getName()));
      token.sign(signer);
      return print(Map.of("token", token.serialize()), token.serialize());
    }

    private JWK readKey() throws IOException {
      try {
        List<JWK> keys = JWKSet.parse(Files.readString(keyFile)).getKeys();
        if (keys.size() == 1 && keys.get(0).isPrivate()) {
          return keys.get(0);
        }
      } catch (ParseException e) {
        // Said below.
      }
      throw wrong("--key: must hold one private key, as `token keys` writes it");
    }

    private JWTClaimsSet claims() {
      Instant now = Instant.now();
      JWTClaimsSet.Builder claims =
          new JWTClaimsSet.Builder()
              .subject(subject)
              .issueTime(Date.from(now))
              .expirationTime(Date.from(now.plus(life)));
      if (!service.isEmpty()) {
        claims.claim("service", service);
      }
      if (!roles.isEmpty()) {
        claims.claim("roles", roles);
      }
      if (!issuer.isEmpty()) {
        claims.issuer(issuer);
      }
      if (!audience.isEmpty()) {
        claims.audience(audience);
      }
      return claims.build();
    }
  }
}
