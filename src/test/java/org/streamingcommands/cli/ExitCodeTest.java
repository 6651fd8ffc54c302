package org.streamingcommands.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.streamingcommands.command.Certainty;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.command.Reason;

class ExitCodeTest {

  @Test
  void everyKindOfOutcomeHasItsOwnCode() {
    assertThat(ExitCode.of(new Outcome.Completed<>("done"))).isZero();
    assertThat(ExitCode.of(new Outcome.Failed<>("CODE", "why"))).isEqualTo(3);
    assertThat(ExitCode.of(new Outcome.Cancelled<>("why"))).isEqualTo(4);
    assertThat(undelivered(Certainty.NOT_SENT)).isEqualTo(5);
    assertThat(undelivered(Certainty.SENT_UNCONFIRMED)).isEqualTo(6);
    assertThat(undelivered(Certainty.RECEIVED_NOT_FINISHED)).isEqualTo(7);
  }

  private static int undelivered(Certainty certainty) {
    return ExitCode.of(new Outcome.Undelivered<>(Reason.TIMED_OUT, certainty, "why"));
  }
}
