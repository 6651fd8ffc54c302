package org.streamingcommands.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where message types come from. */
final class TypesOption {
  @Option(
      names = "--descriptor-set",
      paramLabel = "FILE",
      description = {
        "Your own message types, as written by",
        "protoc --include_imports --descriptor_set_out=FILE"
      })
  private @Nullable Path descriptorSet;

  MessageTypes types() {
    Path file = descriptorSet;
    return file == null ? MessageTypes.builtIn() : MessageTypes.with(file);
  }
}
