package org.streamingcommands.connection;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DueListTest {
  private static final long SECOND = 1_000_000_000;

  private final DueList<String> list = new DueList<>();
  private final List<String> looked = new ArrayList<>();

  /** After everything that happened so far. */
  private final long start = System.nanoTime() + 100 * SECOND;

  private void look(long now, ToLongFunction<String> next) {
    looked.clear();
    for (int part = 0; part < list.parts(); part++) {
      list.lookAtDue(
          part,
          now,
          thing -> {
            looked.add(thing);
            return next.applyAsLong(thing);
          });
    }
  }

  @Test
  void aNewOneIsDueAtOnceAndThenWhenItSays() {
    list.add("a");
    list.add("b");
    look(start, thing -> start + (thing.equals("a") ? 1 : 2) * SECOND);
    assertThat(looked).containsExactly("a", "b");
    look(start + SECOND - 1, thing -> 0);
    assertThat(looked).isEmpty();
    look(start + SECOND, thing -> start + 5 * SECOND);
    assertThat(looked).containsExactly("a");
    look(start + 2 * SECOND, thing -> start + 5 * SECOND);
    assertThat(looked).containsExactly("b");
  }

  @Test
  void oneThatIsHurriedIsDueAtOnce() {
    int place = list.add("a");
    look(start, thing -> start + 100 * SECOND);
    list.hurry(place);
    look(start, thing -> start + 100 * SECOND);
    assertThat(looked).containsExactly("a");
  }

  @Test
  void oneThatIsHurriedWhileItIsLookedAtIsLookedAtAgain() {
    int place = list.add("a");
    look(
        start,
        thing -> {
          list.hurry(place);
          return start + 100 * SECOND;
        });
    look(start, thing -> start + 100 * SECOND);
    assertThat(looked).containsExactly("a");
    look(start, thing -> start);
    assertThat(looked).isEmpty();
  }

  @Test
  void oneThatIsRemovedIsNotLookedAtAndItsPlaceIsTakenAgain() {
    int place = list.add("a");
    look(start, thing -> start + 100 * SECOND);
    list.remove(place);
    look(start + 200 * SECOND, thing -> start);
    assertThat(looked).isEmpty();
    assertThat(list.add("b")).isEqualTo(place);
    look(start, thing -> start);
    assertThat(looked).containsExactly("b");
  }

  @Test
  void oneThatTakesThePlaceWhileTheFormerIsLookedAtIsDueAtOnce() {
    int place = list.add("a");
    look(
        start,
        thing -> {
          list.remove(place);
          list.add("b");
          return start + 100 * SECOND;
        });
    look(start, thing -> start + 100 * SECOND);
    assertThat(looked).containsExactly("b");
  }

  @Test
  void itGrowsAndFindsAll() {
    List<Integer> places = IntStream.range(0, 5_000).map(n -> list.add("" + n)).boxed().toList();
    assertThat(places).doesNotHaveDuplicates();
    places.stream().filter(place -> place % 2 == 0).forEach(list::remove);
    look(start, thing -> start);
    assertThat(looked).hasSize(2_500).doesNotHaveDuplicates();
    assertThat(IntStream.range(0, 2_500).map(n -> list.add("more " + n)).boxed().toList())
        .allMatch(place -> place < 5_120)
        .doesNotHaveDuplicates();
  }
}
