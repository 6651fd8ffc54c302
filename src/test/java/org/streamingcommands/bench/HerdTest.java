package org.streamingcommands.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A small herd in real processes; how long it took is for `herd` to print. */
@Timeout(300)
class HerdTest {

  @Test
  void allClientsOfAKilledNodeComeBackAndNoneIsLeftUnanswered() throws Exception {
    HerdReport report = new Herd(200, Duration.ofSeconds(2)).run();
    assertThat(report.failure()).isEqualTo("none");
    assertThat(report.failedAccepts()).isZero();
    assertThat(report.fullPresence()).isPositive();
  }

  @Test
  void aHerdOfNobodyIsRefused() {
    assertThatThrownBy(() -> new Herd(0, Duration.ZERO)).hasMessageContaining("--clients");
  }
}
