package org.streamingcommands.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class ChildJvmTest {

  @Test
  void aChildEndsWhenItsParentLetsGo() throws IOException {
    ChildJvm child = ChildJvm.start("bots", "demo-bots", "--edge", "127.0.0.1:1");
    assertThat(child.isAlive()).isTrue();

    child.close();

    assertThat(child.isAlive()).isFalse();
  }

  @Test
  void aChildThatEndsEarlyIsNamedWithItsExitCode() throws IOException {
    try (ChildJvm child = ChildJvm.start("bots", "demo-bots")) {
      assertThatThrownBy(child::readLine)
          .isInstanceOf(IOException.class)
          .hasMessage("the JVM of the bots ended early, with exit code 2");
    }
  }
}
