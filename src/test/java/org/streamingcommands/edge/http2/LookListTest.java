package org.streamingcommands.edge.http2;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LookListTest {
  private static final long SECOND = 1_000_000_000;

  private final LookList<One> list = new LookList<>();
  private final List<String> looked = new ArrayList<>();

  /** After everything that happened so far. */
  private final long start = System.nanoTime() + 100 * SECOND;

  private final class One implements LookList.Item {
    private final String name;
    private int place;
    private long next;
    private Runnable due = () -> {};

    One(String name) {
      this.name = name;
      this.place = list.add(this);
    }

    @Override
    public long look(long nowNanos) {
      looked.add(name);
      due.run();
      return next;
    }

    @Override
    public void moveTo(int newPlace) {
      place = newPlace;
    }

    One next(long nanos) {
      next = nanos;
      return this;
    }

    void leave() {
      list.remove(place);
      place = LookList.NOWHERE;
    }
  }

  private List<String> look(long now) {
    looked.clear();
    list.look(now);
    return looked;
  }

  @Test
  void aNewOneIsLookedAtAtOnceAndThenWhenItSays() {
    new One("a").next(start + SECOND);
    new One("b").next(start + 2 * SECOND);
    assertThat(look(start)).containsExactlyInAnyOrder("a", "b");
    assertThat(look(start + SECOND - 1)).isEmpty();
    assertThat(look(start + SECOND)).containsExactly("a");
    assertThat(look(start + 2 * SECOND)).containsExactlyInAnyOrder("a", "b");
  }

  @Test
  void whatHasChangedIsLookedAtSoon() {
    One a = new One("a").next(start + SECOND);
    new One("b").next(start + SECOND);
    look(start);
    list.lookSoon(a.place);
    assertThat(look(start + 1)).containsExactly("a");
    assertThat(look(start + 2)).isEmpty();
  }

  @Test
  void whatChangesWhileItIsLookedAtIsLookedAtAgain() {
    One a = new One("a").next(start + SECOND);
    a.due = () -> list.lookSoon(a.place);
    assertThat(look(start)).containsExactly("a");
    a.due = () -> {};
    assertThat(look(start + 1)).containsExactly("a");
    assertThat(look(start + 2)).isEmpty();
  }

  @Test
  void oneThatMovesKeepsItsTime() {
    One a = new One("a").next(start + SECOND);
    new One("b").next(start + 2 * SECOND);
    One c = new One("c").next(start + 3 * SECOND);
    look(start);
    a.leave();
    assertThat(c.place).isZero();
    assertThat(look(start + SECOND)).isEmpty();
    assertThat(look(start + 2 * SECOND)).containsExactly("b");
    list.lookSoon(c.place);
    assertThat(look(start + 2 * SECOND + 1)).containsExactlyInAnyOrder("b", "c");
  }

  @Test
  void oneThatGoesWhileItIsLookedAtTakesNothingFromTheNext() {
    One a = new One("a").next(start + SECOND);
    One b = new One("b").next(start + 2 * SECOND);
    look(start);
    a.due = a::leave;
    a.next(start + 100 * SECOND);
    assertThat(look(start + SECOND)).containsExactly("a");
    list.lookSoon(a.place);
    assertThat(look(start + SECOND + 1)).isEmpty();
    assertThat(look(start + 2 * SECOND)).containsExactly("b");
    b.leave();
    assertThat(look(start + 200 * SECOND)).isEmpty();
  }

  @Test
  void oneThatFailsCostsTheOthersNothing() {
    new One("a").next(start + SECOND);
    One b = new One("b").next(start + SECOND);
    b.due =
        () -> {
          throw new IllegalStateException("on purpose");
        };
    new One("c").next(start + SECOND);
    assertThat(look(start)).containsExactlyInAnyOrder("a", "b", "c");
    assertThat(look(start + 1)).containsExactly("b");
  }

  @Test
  void manyThatComeAndGoAreEachLookedAtWhenTheySaid() {
    Random random = new Random(1);
    List<One> all = new ArrayList<>();
    IntStream.range(0, 100).forEach(n -> all.add(new One("first" + n).next(start)));
    for (int round = 0; round < 1_000; round++) {
      long now = start + round;
      all.add(new One("r" + round).next(now));
      all.remove(random.nextInt(all.size())).leave();
      List<String> due = all.stream().filter(one -> one.next <= now).map(one -> one.name).toList();
      long after = now + 1 + random.nextInt(50);
      all.forEach(one -> one.due = () -> one.next = after);
      assertThat(look(now)).containsExactlyInAnyOrderElementsOf(due);
    }
  }
}
