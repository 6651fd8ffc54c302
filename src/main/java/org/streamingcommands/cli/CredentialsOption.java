package org.streamingcommands.cli;

import java.nio.file.Path;
import java.util.Optional;
import org.streamingcommands.credentials.Tls;
import org.streamingcommands.credentials.TokenSource;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * How to be sure of the other end, and what to show it. A token is never an argument: ps shows
 * those.
 */
final class CredentialsOption {
  private static final String TOKEN_VARIABLE = "STREAMING_COMMANDS_TOKEN";

  // Set by picocli.
  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Option(names = "--tls", description = "Speak TLS; the other tls options imply it.")
  private boolean on;

  @Option(
      names = "--tls-ca",
      paramLabel = "FILE",
      description = "Whom to trust, in PEM (default: whom Java trusts).")
  private Optional<Path> ca = Optional.empty();

  @Option(names = "--tls-cert", paramLabel = "FILE", description = "A certificate to show, in PEM.")
  private Optional<Path> certificate = Optional.empty();

  @Option(names = "--tls-key", paramLabel = "FILE", description = "Its key, in PKCS #8 PEM.")
  private Optional<Path> key = Optional.empty();

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      description = {
        "A file with the token to show.",
        "Without it, the variable " + TOKEN_VARIABLE + " is, where it is set."
      })
  private Optional<Path> tokenFile = Optional.empty();

  Optional<Tls> tls() {
    if (!on && ca.isEmpty() && certificate.isEmpty() && key.isEmpty()) {
      return Optional.empty();
    }
    try {
      Tls tls = new Tls(ca, certificate, key);
      // Now, so that a wrong file is an argument's fault and not the network's.
      tls.channelCredentials();
      return Optional.of(tls);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), Problems.describe(e), e);
    }
  }

  Optional<TokenSource> token() {
    return tokenFile
        .map(TokenSource::file)
        .or(
            () ->
                Optional.ofNullable(System.getenv(TOKEN_VARIABLE))
                    .filter(token -> !token.isBlank())
                    .map(TokenSource::of));
  }
}
