package org.streamingcommands.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

class InOrderTest {

  @Test
  void tasksStartInOrderOnASharedExecutorThatIsLeftInBetween() {
    var ready = new ArrayDeque<Runnable>();
    Executor executor = ready::add;
    var inOrder = new InOrder(executor, 1);
    var seen = new ArrayList<Integer>();
    for (int i = 0; i < 200; i++) {
      int number = i;
      inOrder.execute(() -> seen.add(number));
    }

    int turns = 0;
    while (!ready.isEmpty()) {
      ready.remove().run();
      turns++;
    }

    assertThat(seen).hasSize(200).isSorted();
    assertThat(turns).isGreaterThan(1);
    assertThat(inOrder.waiting()).isZero();
  }

  @Test
  void aTaskThatTheExecutorRefusesNeverRuns() {
    var refuses = new boolean[] {true};
    var inOrder =
        new InOrder(
            task -> {
              if (refuses[0]) {
                throw new RejectedExecutionException();
              }
              task.run();
            },
            1);
    var seen = new ArrayList<String>();
    assertThatThrownBy(() -> inOrder.execute(() -> seen.add("refused")))
        .isInstanceOf(RejectedExecutionException.class);
    refuses[0] = false;

    inOrder.execute(() -> seen.add("taken"));

    assertThat(seen).containsExactly("taken");
  }

  @Test
  void aTaskThatThrowsHoldsUpNoOther() {
    var inOrder = new InOrder(Runnable::run, 1);
    var seen = new ArrayList<String>();
    inOrder.execute(
        () -> {
          throw new IllegalStateException("on purpose");
        });

    inOrder.execute(() -> seen.add("next"));

    assertThat(seen).containsExactly("next");
  }
}
