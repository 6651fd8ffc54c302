package org.streamingcommands.edge.http2;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.streamingcommands.edge.http2.Lifetime.Due;

class LifetimeTest {
  private static final boolean WITH_CALL = true;
  private static final boolean WITHOUT_CALL = false;
  private static final long SECOND = 1_000_000_000;

  /** Nothing that reads a clock may take for granted that it is positive. */
  private static final long BEGIN = -SECOND;

  private final Lifetime lifetime = new Lifetime(settings(Duration.ZERO), BEGIN);

  private static ServerSettings settings(Duration maxAge) {
    return new ServerSettings(
        new InetSocketAddress(0),
        1,
        1024,
        1024,
        1,
        Duration.ofSeconds(10),
        Duration.ofSeconds(60),
        Duration.ofSeconds(30),
        Duration.ofSeconds(5),
        Duration.ofSeconds(10),
        maxAge,
        Duration.ofSeconds(20));
  }

  private static long at(double second) {
    return BEGIN + (long) (second * SECOND);
  }

  private Due look(double second, boolean hasCalls) {
    return lifetime.look(at(second), hasCalls);
  }

  /** What comes up for whoever looks just when it said, and after how many seconds. */
  private void next(double second, Due due, boolean hasCalls) {
    long next = lifetime.nextNanos();
    assertThat((double) (next - BEGIN) / SECOND).isEqualTo(second);
    assertThat(lifetime.look(next - 1, hasCalls)).isEqualTo(Due.NOTHING);
    assertThat(lifetime.look(next, hasCalls)).isEqualTo(due);
  }

  @Test
  void itSaysWhenItIsToBeLookedAt() {
    next(10, Due.CUT_OFF, WITHOUT_CALL);
    lifetime.settled();
    assertThat(look(10, WITH_CALL)).isEqualTo(Due.NOTHING);
    next(30, Due.PING, WITH_CALL);
    lifetime.heard(at(33));
    // Still at the time when the answer would have been missed.
    assertThat(look(35, WITH_CALL)).isEqualTo(Due.NOTHING);
    next(63, Due.PING, WITH_CALL);
    next(68, Due.CUT_OFF, WITH_CALL);
  }

  @Test
  void itSaysWhenItHasBeenIdleForTooLong() {
    lifetime.settled();
    assertThat(look(1, WITHOUT_CALL)).isEqualTo(Due.NOTHING);
    lifetime.heard(at(59));
    next(61, Due.ASK_TO_GO_IDLE, WITHOUT_CALL);
    lifetime.callsEnded();
    assertThat(look(62, WITHOUT_CALL)).isEqualTo(Due.NOTHING);
    next(89, Due.PING, WITHOUT_CALL);
    lifetime.heard(at(121));
    next(122, Due.ASK_TO_GO_IDLE, WITHOUT_CALL);
  }

  @Test
  void itSaysWhenTheTimeToGoIsOver() {
    lifetime.settled();
    lifetime.heard(at(1));
    lifetime.beginGoing(at(2), 20 * SECOND);
    next(12, Due.LAST_CALL, WITH_CALL);
    lifetime.beginLastCall();
    lifetime.heard(at(12));
    next(22, Due.CUT_OFF, WITH_CALL);
  }

  @Test
  void itSaysWhenItIsTooOld() {
    Lifetime one = new Lifetime(settings(Duration.ofSeconds(20)), BEGIN);
    one.settled();
    long next = one.nextNanos();
    assertThat(next).isBetween(at(18), at(22));
    assertThat(one.look(next - 1, WITH_CALL)).isEqualTo(Due.NOTHING);
    assertThat(one.look(next, WITH_CALL)).isEqualTo(Due.ASK_TO_GO_OLD);
  }

  @Test
  void whoDoesNotFinishTheHandshakeIsCutOff() {
    lifetime.heard(at(9));
    assertThat(look(9.9, WITHOUT_CALL)).isEqualTo(Due.NOTHING);
    lifetime.heard(at(10));
    assertThat(look(10, WITHOUT_CALL)).isEqualTo(Due.CUT_OFF);
  }

  @Test
  void silenceIsAskedForASignOfLifeAndCutOffWithoutOne() {
    lifetime.settled();
    assertThat(look(29, WITH_CALL)).isEqualTo(Due.NOTHING);
    assertThat(look(30, WITH_CALL)).isEqualTo(Due.PING);
    assertThat(look(34.9, WITH_CALL)).isEqualTo(Due.NOTHING);
    assertThat(look(35, WITH_CALL)).isEqualTo(Due.CUT_OFF);
  }

  @Test
  void anythingThatIsHeardIsASignOfLife() {
    lifetime.settled();
    assertThat(look(30, WITH_CALL)).isEqualTo(Due.PING);
    lifetime.heard(at(35));
    assertThat(look(35, WITH_CALL)).isEqualTo(Due.NOTHING);
    assertThat(look(64, WITH_CALL)).isEqualTo(Due.NOTHING);
    assertThat(look(65, WITH_CALL)).isEqualTo(Due.PING);
  }

  @Test
  void whoHasNoCallForTooLongIsAskedToGo() {
    lifetime.settled();
    heardAt(1, WITH_CALL);
    heardAt(20, WITHOUT_CALL);
    heardAt(45, WITHOUT_CALL);
    heardAt(70, WITHOUT_CALL);
    lifetime.heard(at(80));
    assertThat(look(80, WITHOUT_CALL)).isEqualTo(Due.ASK_TO_GO_IDLE);
  }

  @Test
  void aCallInBetweenIsEnoughToStay() {
    lifetime.settled();
    heardAt(1, WITHOUT_CALL);
    heardAt(20, WITHOUT_CALL);
    lifetime.callsEnded();
    heardAt(45, WITHOUT_CALL);
    heardAt(70, WITHOUT_CALL);
    heardAt(95, WITHOUT_CALL);
    lifetime.heard(at(105));
    assertThat(look(105, WITHOUT_CALL)).isEqualTo(Due.ASK_TO_GO_IDLE);
  }

  private void heardAt(double second, boolean hasCalls) {
    lifetime.heard(at(second));
    assertThat(look(second, hasCalls)).isEqualTo(Due.NOTHING);
  }

  @Test
  void whoIsAskedToGoIsGivenTimeToHearItAndItsGraceAndNoMore() {
    lifetime.settled();
    assertThat(lifetime.beginGoing(BEGIN, 20 * SECOND)).isTrue();
    assertThat(lifetime.beginGoing(BEGIN, 0)).isFalse();
    assertThat(look(9, WITH_CALL)).isEqualTo(Due.NOTHING);
    assertThat(look(10, WITH_CALL)).isEqualTo(Due.LAST_CALL);
    assertThat(lifetime.isPastLastCall()).isFalse();
    assertThat(lifetime.beginLastCall()).isTrue();
    assertThat(lifetime.beginLastCall()).isFalse();
    assertThat(lifetime.isPastLastCall()).isTrue();
    assertThat(look(19, WITH_CALL)).isEqualTo(Due.NOTHING);
    assertThat(look(20, WITH_CALL)).isEqualTo(Due.CUT_OFF);
  }

  @Test
  void oldConnectionsGoATenthApart() {
    for (int n = 0; n < 100; n++) {
      Lifetime one = new Lifetime(settings(Duration.ofSeconds(20)), BEGIN);
      one.settled();
      one.heard(at(18));
      assertThat(one.look(BEGIN + 18 * SECOND - 1, WITH_CALL)).isEqualTo(Due.NOTHING);
      one.heard(at(22));
      assertThat(one.look(BEGIN + 22 * SECOND, WITH_CALL)).isEqualTo(Due.ASK_TO_GO_OLD);
    }
  }
}
