package org.streamingcommands.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class ChildJvmTest {

  @Test
  void aChildEndsWhenItsParentLetsGo() throws IOException {
    ChildJvm child =
        ChildJvm.of("bots", "org.streamingcommands.Main", "demo-bots", "--edge", "127.0.0.1:1")
            .start();
    assertThat(child.isAlive()).isTrue();

    child.close();

    assertThat(child.isAlive()).isFalse();
  }

  @Test
  void aChildThatEndsEarlyIsNamedWithItsExitCode() throws IOException {
    try (ChildJvm child = ChildJvm.of("bots", "org.streamingcommands.Main", "demo-bots").start()) {
      assertThatThrownBy(child::readLine)
          .isInstanceOf(IOException.class)
          .hasMessage("the JVM of the bots ended early, with exit code 2");
    }
  }
}
