package org.streamingcommands.edge.http2;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PingPolicyTest {
  private static final boolean WITH_CALL = true;
  private static final boolean WITHOUT_CALL = false;
  private static final long APART = 1_000;

  private final PingPolicy policy = new PingPolicy(APART);

  @Test
  void pingsThatAreFarEnoughApartGoOnForEver() {
    for (long now = 0; now < 100 * APART; now += APART) {
      assertThat(policy.allows(now, WITH_CALL)).isTrue();
    }
  }

  @Test
  void twoAreForgivenAndTheThirdIsTooMany() {
    assertThat(policy.allows(0, WITH_CALL)).isTrue();
    assertThat(policy.allows(1, WITH_CALL)).isTrue();
    assertThat(policy.allows(2, WITH_CALL)).isTrue();
    assertThat(policy.allows(3, WITH_CALL)).isFalse();
  }

  @Test
  void withoutACallTwoHoursApartIsTheLeast() {
    assertThat(policy.allows(0, WITHOUT_CALL)).isTrue();
    assertThat(policy.allows(APART, WITHOUT_CALL)).isTrue();
    assertThat(policy.allows(2 * APART, WITHOUT_CALL)).isTrue();
    assertThat(policy.allows(3 * APART, WITHOUT_CALL)).isFalse();
    assertThat(policy.allows(TimeUnit.HOURS.toNanos(2), WITHOUT_CALL)).isTrue();
  }

  @Test
  void whatTheServerWritesStartsTheCountAgain() {
    for (int n = 0; n < 100; n++) {
      assertThat(policy.allows(n, WITH_CALL)).isTrue();
      policy.wrote();
    }
  }
}
