package org.streamingcommands.cli;

import org.streamingcommands.client.CommandClientSettings;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Where the api is, and what to show it. */
final class ApiOption {
  // Set by picocli.
  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = "--api",
      paramLabel = "HOST:PORT[,...]",
      description = "The api of any node, or of several (default: ${DEFAULT-VALUE}).",
      defaultValue = "127.0.0.1:7500")
  private String api = "";

  @Mixin private CredentialsOption credentials = new CredentialsOption();

  CommandClientSettings settings() {
    try {
      CommandClientSettings settings = CommandClientSettings.of(api);
      var tls = credentials.tls();
      if (tls.isPresent()) {
        settings = settings.withTls(tls.get());
      }
      var token = credentials.token();
      return token.isPresent() ? settings.withToken(token.get()) : settings;
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), "--api: '" + api + "' is no HOST:PORT", e);
    }
  }
}
