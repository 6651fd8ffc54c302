package org.streamingcommands.cli;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.streamingcommands.node.StreamingNode;
import picocli.CommandLine.Option;

/** What a node is configured with. */
final class ConfigOption {
  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "What to change of the defaults, such as conf/application.conf.")
  private Optional<Path> file = Optional.empty();

  /**
   * @throws CliException where the file cannot be read, or is no configuration
   */
  Config read() {
    file.filter(path -> !Files.isReadable(path))
        .ifPresent(
            path -> {
              throw new CliException("cannot read " + path);
            });
    try {
      return StreamingNode.config(file);
    } catch (ConfigException e) {
      throw new CliException("the configuration is wrong: " + Problems.describe(e), e);
    }
  }
}
