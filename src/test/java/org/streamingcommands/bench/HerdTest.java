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
    assertThat(report.waited()).isNotNegative();
  }

  @Test
  void aConnectionThatNobodyTookInIsAFailedAcceptAndAWelcomeThatIsLateIsNot() {
    assertThat(HerdClients.isNoAnswer("no connection within PT10S")).isTrue();
    assertThat(HerdClients.isNoAnswer("UNAVAILABLE: io exception (Connection refused)")).isTrue();
    assertThat(HerdClients.isNoAnswer("no welcome within PT10S")).isFalse();
    assertThat(HerdClients.isNoAnswer("UNAVAILABLE: the client's entity is not there")).isFalse();
  }

  @Test
  void aHerdOfNobodyIsRefused() {
    assertThatThrownBy(() -> new Herd(0, Duration.ZERO)).hasMessageContaining("--clients");
  }
}
