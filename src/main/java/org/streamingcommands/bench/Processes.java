package org.streamingcommands.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Processes that end together, the last first. */
final class Processes implements AutoCloseable {
  private final List<String> jvmFlags;
  private final List<AutoCloseable> all = new ArrayList<>();

  /**
   * @param jvmFlags more flags for every JVM
   */
  Processes(List<String> jvmFlags) {
    this.jvmFlags = jvmFlags;
  }

  /** Starts a JVM of the bench and waits until it is ready. */
  ChildProcess start(String role, String... arguments) throws IOException {
    return add(ChildProcess.start(jvmFlags, role, arguments));
  }

  /** Takes over the end of something. */
  <T extends AutoCloseable> T add(T started) {
    all.add(0, started);
    return started;
  }

  @Override
  public void close() {
    for (AutoCloseable one : all) {
      try {
        one.close();
      } catch (Exception e) {
        // The others have to end all the same.
        System.err.println("bench: a process did not end in order: " + e);
      }
    }
    all.clear();
  }
}
