package org.streamingcommands.cli;

import java.util.Objects;
import picocli.CommandLine.IVersionProvider;

/** What {@code --version} prints: the jar's own, and the JVM that runs it. */
final class Version implements IVersionProvider {

  @Override
  public String[] getVersion() {
    return new String[] {
      "streaming-commands " + number(), "Java " + Runtime.version(),
    };
  }

  /** The manifest's version; classes that come from no jar have none. */
  static String number() {
    return Objects.requireNonNullElse(
        Version.class.getPackage().getImplementationVersion(), "(not packaged)");
  }
}
