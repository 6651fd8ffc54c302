package org.streamingcommands.cli;

import org.streamingcommands.client.CommandClientSettings;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Where the api is. */
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

  CommandClientSettings settings() {
    try {
      return CommandClientSettings.of(api);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), "--api: '" + api + "' is no HOST:PORT", e);
    }
  }
}
