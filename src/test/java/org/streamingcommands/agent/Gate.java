package org.streamingcommands.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Something that happens once and can be waited for. */
final class Gate {
  private final CountDownLatch latch = new CountDownLatch(1);

  void open() {
    latch.countDown();
  }

  void await() throws InterruptedException {
    assertThat(latch.await(ScriptedEdge.LIMIT_SECONDS, TimeUnit.SECONDS)).isTrue();
  }
}
