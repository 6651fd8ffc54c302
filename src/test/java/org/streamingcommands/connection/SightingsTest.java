package org.streamingcommands.connection;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Nodes a, b, c; "ab": a cannot reach b. */
class SightingsTest {
  private static final long LATER = Sightings.HOLD_MILLIS;

  @Test
  void aNodeThatWakesFromAPauseMakesNobodyElseDoubtItself() {
    // c was stopped for some seconds: nobody saw it, and now it has seen nobody.
    for (String self : List.of("a", "b")) {
      Sightings<String> sightings = seen(self, "ac", "bc", "ca", "cb");
      assertThat(sightings.isSelfUnreachable(LATER)).isFalse();
      assertThat(sightings.isUnreachable("a")).isFalse();
      assertThat(sightings.isUnreachable("b")).isFalse();
      assertThat(sightings.isUnreachable("c")).isTrue();
    }
    assertThat(seen("c", "ac", "bc", "ca", "cb").isSelfUnreachable(LATER)).isTrue();
  }

  @Test
  void aNodeThatIsCutOffCountsThoseWhomItCannotReach() {
    Sightings<String> sightings = seen("c", "ca", "cb");
    assertThat(sightings.isSelfUnreachable(LATER)).isFalse();
    assertThat(sightings.isUnreachable("a")).isTrue();
    assertThat(sightings.isUnreachable("b")).isTrue();
  }

  @Test
  void twoThatOnlyAThirdReachesAreBothInDoubtAndNoSideOfTheirOwn() {
    for (String self : List.of("a", "b")) {
      Sightings<String> sightings = seen(self, "ab", "ba");
      assertThat(sightings.isSelfUnreachable(LATER)).isTrue();
      assertThat(sightings.isUnreachable("a")).isFalse();
      assertThat(sightings.isUnreachable("b")).isFalse();
    }
    assertThat(seen("c", "ab", "ba").isSelfUnreachable(LATER)).isFalse();
  }

  @Test
  void oneThatDoesNotReachThisNodeIsBelievedOnlyAfterAWhile() {
    Sightings<String> sightings = seen("a", "ba");
    assertThat(sightings.isSelfUnreachable(LATER - 1)).isFalse();
    assertThat(sightings.isSelfInDoubt(LATER - 1)).isTrue();
    // Said again, it counts from the first time.
    sightings.update(List.of(new Sightings.Seen<>("b", "a")), 3, LATER - 1);
    assertThat(sightings.isSelfUnreachable(LATER)).isTrue();
    sightings.update(List.of(), 3, LATER);
    assertThat(sightings.isSelfUnreachable(2 * LATER)).isFalse();
  }

  private static Sightings<String> seen(String self, String... pairs) {
    List<Sightings.Seen<String>> seen = new ArrayList<>();
    for (String pair : pairs) {
      seen.add(new Sightings.Seen<>(pair.substring(0, 1), pair.substring(1)));
    }
    Sightings<String> sightings = new Sightings<>(self);
    sightings.update(seen, 3, 0);
    return sightings;
  }
}
