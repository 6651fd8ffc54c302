package org.streamingcommands.agent;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.StringValue;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class LedgerTest {
  private final ManualTimers timers = new ManualTimers();

  private Ledger ledger(int commands, Duration age, long bytes) {
    return new Ledger(new MemoryBounds(commands, age, bytes), timers::now);
  }

  private static FinishedCommand finish(Ledger ledger, int number) {
    return ledger.finish(Results.completed("c" + number, StringValue.of("answer")));
  }

  @Test
  void forgetsTheOldestConfirmedOverTheBoundOfCommands() {
    Ledger ledger = ledger(2, Duration.ofHours(1), 1 << 20);
    for (int i = 0; i < 3; i++) {
      ledger.confirm(finish(ledger, i));
    }

    assertThat(ledger.known("c0")).isNull();
    assertThat(ledger.known("c1")).isNotNull();
    assertThat(ledger.known("c2")).isNotNull();
  }

  @Test
  void forgetsTheOldestConfirmedOverTheBoundOfBytes() {
    Ledger ledger = ledger(1000, Duration.ofHours(1), 150);
    for (int i = 0; i < 10; i++) {
      ledger.confirm(finish(ledger, i));
    }

    assertThat(ledger.known("c0")).isNull();
    assertThat(ledger.known("c9")).isNotNull();
    assertThat(ledger.remembered()).isBetween(1, 3);
  }

  @Test
  void forgetsConfirmedOnesOfOldButNoUnconfirmedOne() {
    Ledger ledger = ledger(1000, Duration.ofMinutes(10), 1 << 20);
    ledger.confirm(finish(ledger, 1));
    finish(ledger, 2);

    timers.pass(Duration.ofMinutes(11));

    assertThat(ledger.known("c1")).isNull();
    assertThat(ledger.known("c2")).isNotNull();
  }

  @Test
  void keepsUnconfirmedOnesUpToTenTimesTheBound() {
    Ledger ledger = ledger(2, Duration.ofHours(1), 1 << 20);
    for (int i = 0; i < 20; i++) {
      finish(ledger, i);
    }
    assertThat(ledger.unconfirmed()).hasSize(20);

    finish(ledger, 20);

    assertThat(ledger.unconfirmed()).hasSize(20);
    assertThat(ledger.known("c0")).isNull();
  }

  @Test
  void confirmingTwiceCountsOnce() {
    Ledger ledger = ledger(1000, Duration.ofHours(1), 1 << 20);
    FinishedCommand finished = finish(ledger, 1);

    ledger.confirm(finished);
    ledger.confirm(finished);

    assertThat(ledger.remembered()).isEqualTo(1);
    assertThat(ledger.unconfirmed()).isEmpty();
  }
}
