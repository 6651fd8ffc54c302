package org.streamingcommands.cli;

import picocli.CommandLine.Option;

/** For whom a subcommand prints that takes no JSON itself. */
final class OutputOption {
  @Option(
      names = {"-o", "--output"},
      defaultValue = "TEXT",
      description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private Output output = Output.TEXT;

  @Option(names = "--json", description = "The same as -o json: one object a line.")
  private boolean json;

  boolean isJson() {
    return json || output == Output.JSON;
  }
}
