package org.streamingcommands.connection;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ThreadDuesTest {
  private final ArrayDeque<Runnable> thread = new ArrayDeque<>();
  private final ThreadDues<String> dues = new ThreadDues<>(thread::add);
  private final List<String> looked = new ArrayList<>();

  private void runAll() {
    while (!thread.isEmpty()) {
      thread.remove().run();
    }
  }

  private long look(String thing) {
    looked.add(thing);
    return System.nanoTime();
  }

  @Test
  void theyAreLookedAtOnTheirThread() {
    dues.add("a");
    dues.add("b");
    dues.lookAtDue(this::look);
    assertThat(looked).isEmpty();
    runAll();
    assertThat(looked).containsExactly("a", "b");
  }

  @Test
  void theThreadComesToOtherThingsInBetween() {
    IntStream.range(0, 5_000).forEach(n -> dues.add("" + n));
    dues.lookAtDue(this::look);
    int turns = 0;
    while (!thread.isEmpty()) {
      thread.add(() -> looked.add("something else"));
      thread.remove().run();
      thread.remove().run();
      turns++;
    }
    assertThat(turns).isGreaterThanOrEqualTo(5);
    assertThat(looked.stream().limit(2_000)).contains("something else");
    assertThat(looked.stream().filter(thing -> !thing.equals("something else")))
        .hasSize(5_000)
        .doesNotHaveDuplicates();
  }

  @Test
  void aThreadThatIsBehindIsNotAskedTwice() {
    dues.add("a");
    dues.lookAtDue(this::look);
    dues.lookAtDue(this::look);
    assertThat(thread).hasSize(1);
    runAll();
    dues.lookAtDue(this::look);
    assertThat(thread).hasSize(1);
  }

  @Test
  void whereTheThreadHasStoppedTheCallerLooks() {
    Executor stopped =
        task -> {
          throw new RejectedExecutionException("stopped");
        };
    ThreadDues<String> left = new ThreadDues<>(stopped);
    left.add("a");
    left.lookAtDue(this::look);
    left.lookAtDue(this::look);
    assertThat(looked).containsExactly("a", "a");
  }

  @Test
  void oneThatCannotBeLookedAfterCostsTheOthersNothing() {
    dues.add("broken");
    dues.add("whole");
    for (int round = 1; round <= 2; round++) {
      dues.lookAtDue(
          thing -> {
            if (thing.equals("broken")) {
              throw new IllegalStateException("on purpose");
            }
            return look(thing);
          });
      runAll();
      assertThat(looked).hasSize(round).containsOnly("whole");
    }
  }

  @Test
  void whatIsRemovedIsNotLookedAtAndWhatIsHurriedIs() {
    int a = dues.add("a");
    int b = dues.add("b");
    dues.lookAtDue(thing -> System.nanoTime() + Long.MAX_VALUE / 2);
    runAll();
    dues.hurry(b);
    dues.remove(a);
    dues.lookAtDue(this::look);
    runAll();
    assertThat(looked).containsExactly("b");
  }
}
