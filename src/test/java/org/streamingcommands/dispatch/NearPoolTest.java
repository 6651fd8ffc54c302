package org.streamingcommands.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class NearPoolTest {
  private static final int THREADS = 4;
  static final long PATIENCE = 30;

  private final NearPool pool = new NearPool(THREADS, NearPoolTest::daemon);

  static Thread daemon(Runnable body) {
    Thread thread = new Thread(body);
    thread.setDaemon(true);
    thread.setUncaughtExceptionHandler((where, error) -> {});
    return thread;
  }

  @AfterEach
  void end() {
    if (!pool.isEnding()) {
      pool.leave();
    }
  }

  @Test
  void whatATaskStartsRunsNextOnItsThread() throws Exception {
    CompletableFuture<List<Thread>> row = new CompletableFuture<>();
    pool.execute(
        () -> {
          Thread first = Thread.currentThread();
          pool.execute(
              () -> {
                Thread second = Thread.currentThread();
                pool.execute(() -> row.complete(List.of(first, second, Thread.currentThread())));
              });
        });
    assertThat(Set.copyOf(row.get(PATIENCE, TimeUnit.SECONDS))).hasSize(1);
  }

  @Test
  void whatComesFromOutsideIsSharedByAll() throws Exception {
    CyclicBarrier all = new CyclicBarrier(THREADS + 1);
    for (int i = 0; i < THREADS; i++) {
      pool.execute(() -> await(all));
    }
    all.await(PATIENCE, TimeUnit.SECONDS);
  }

  @Test
  void othersHelpOneThatHasMuchToDo() throws Exception {
    Set<Thread> seen = ConcurrentHashMap.newKeySet();
    CountDownLatch two = new CountDownLatch(2);
    pool.execute(
        () -> {
          for (int i = 0; i < 100; i++) {
            pool.execute(
                () -> {
                  // Whoever comes first waits for a second thread to come.
                  if (seen.add(Thread.currentThread())) {
                    two.countDown();
                    await(two);
                  }
                });
          }
        });
    assertThat(two.await(PATIENCE, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void whatWaitsForABlockedThreadGoesToAnother() throws Exception {
    CountDownLatch rescued = new CountDownLatch(1);
    CompletableFuture<Boolean> blocked = new CompletableFuture<>();
    pool.execute(
        () -> {
          pool.execute(rescued::countDown);
          blocked.complete(await(rescued));
        });
    assertThat(blocked.get(PATIENCE, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void aTaskThatThrowsCostsNoThread() throws Exception {
    for (int i = 0; i < 10 * THREADS; i++) {
      pool.execute(
          () -> {
            throw new IllegalStateException("a task's own");
          });
    }
    CyclicBarrier all = new CyclicBarrier(THREADS + 1);
    for (int i = 0; i < THREADS; i++) {
      pool.execute(() -> await(all));
    }
    all.await(PATIENCE, TimeUnit.SECONDS);
  }

  /** Tasks that start others, from inside and outside at once: each runs, and once. */
  @Test
  void nothingIsLostAndNothingRunsTwice() throws Exception {
    int roots = 2_000;
    AtomicInteger left = new AtomicInteger();
    AtomicInteger ran = new AtomicInteger();
    AtomicInteger given = new AtomicInteger();
    CountDownLatch done = new CountDownLatch(1);
    Random random = new Random(1);
    left.set(roots);
    for (int i = 0; i < roots; i++) {
      int depth = random.nextInt(6);
      given.incrementAndGet();
      pool.execute(() -> grow(depth, left, ran, given, done));
      if (random.nextInt(10) == 0) {
        Thread.yield();
      }
    }
    assertThat(done.await(PATIENCE, TimeUnit.SECONDS)).isTrue();
    assertThat(ran.get()).isEqualTo(given.get());
  }

  private void grow(
      int depth, AtomicInteger left, AtomicInteger ran, AtomicInteger given, CountDownLatch done) {
    ran.incrementAndGet();
    for (int i = 0; i < depth; i++) {
      left.incrementAndGet();
      given.incrementAndGet();
      pool.execute(() -> grow(depth - 1, left, ran, given, done));
    }
    if (left.decrementAndGet() == 0) {
      done.countDown();
    }
  }

  @Test
  void oneByOneFromOutsideEachIsRun() throws Exception {
    for (int i = 0; i < 20_000; i++) {
      CompletableFuture<Integer> answer = new CompletableFuture<>();
      int number = i;
      pool.execute(() -> pool.execute(() -> answer.complete(number)));
      assertThat(answer.get(PATIENCE, TimeUnit.SECONDS)).isEqualTo(i);
    }
  }

  @Test
  void withoutUsersItDoesWhatItHasAndEnds() throws Exception {
    CountDownLatch ran = new CountDownLatch(100);
    assertThat(pool.enter()).isTrue();
    for (int i = 0; i < 50; i++) {
      pool.execute(
          () -> {
            pool.execute(ran::countDown);
            ran.countDown();
          });
    }
    pool.leave();
    assertThat(pool.isEnding()).isFalse();
    pool.leave();
    assertThat(pool.awaitTermination(PATIENCE, TimeUnit.SECONDS)).isTrue();
    assertThat(ran.getCount()).isZero();
    assertThat(pool.isTerminated()).isTrue();
    assertThat(pool.enter()).isFalse();
  }

  @Test
  void aDispatchersShareTakesNothingOnceItIsShutDown() {
    NearExecutorService share = new NearExecutorService(pool, false);
    share.shutdown();
    assertThatThrownBy(() -> share.execute(() -> {}))
        .isInstanceOf(RejectedExecutionException.class);
    assertThat(pool.isEnding()).isTrue();
  }

  @Test
  void whatStaysToTheLastComesAfterAllThatItsThreadIsGivenMeanwhile() throws Exception {
    CompletableFuture<List<String>> order = new CompletableFuture<>();
    List<String> done = new ArrayList<>();
    pool.execute(
        () -> {
          NearPool.stayToTheLast(
              () -> {
                done.add("last");
                order.complete(done);
              });
          pool.execute(
              () -> {
                done.add("first");
                pool.execute(() -> done.add("second"));
              });
        });
    assertThat(order.get(PATIENCE, TimeUnit.SECONDS)).containsExactly("first", "second", "last");
    assertThat(NearPool.stayToTheLast(() -> {})).as("on a thread of no pool").isFalse();
  }

  @Test
  void oneWhoHasAlwaysSomethingToDoComesToTheLastNevertheless() throws Exception {
    AtomicBoolean isOver = new AtomicBoolean();
    CompletableFuture<Boolean> sameThread = new CompletableFuture<>();
    pool.execute(
        () -> {
          Thread here = Thread.currentThread();
          NearPool.stayToTheLast(() -> sameThread.complete(Thread.currentThread() == here));
          pool.execute(new Endless(isOver));
        });
    assertThat(sameThread.get(PATIENCE, TimeUnit.SECONDS)).isTrue();
    isOver.set(true);
  }

  @Test
  void whatStaysToTheLastOfABlockedThreadGoesToAnother() throws Exception {
    CountDownLatch rescued = new CountDownLatch(1);
    CompletableFuture<Boolean> blocked = new CompletableFuture<>();
    pool.execute(
        () -> {
          NearPool.stayToTheLast(rescued::countDown);
          blocked.complete(await(rescued));
        });
    assertThat(blocked.get(PATIENCE, TimeUnit.SECONDS)).isTrue();
  }

  // ---- what waits for the outside -----------------------------------------------------------

  /** As a selector does: waits for what comes, gives it to others, and gives itself again. */
  private final class Waiter implements Runnable {
    private final BlockingQueue<Runnable> arriving = new LinkedBlockingQueue<>();
    private final AtomicInteger rounds = new AtomicInteger();
    private volatile boolean isClosed;

    @Override
    public void run() {
      try {
        Runnable arrived = arriving.take();
        rounds.incrementAndGet();
        pool.execute(arrived);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      if (!isClosed) {
        pool.executeLastly(this);
      }
    }

    void close() {
      isClosed = true;
      arriving.add(() -> {});
    }
  }

  @Test
  void whatTheWaitingOneBringsInRunsOnItsThread() throws Exception {
    Waiter waiter = new Waiter();
    pool.executeLastly(waiter);
    for (int i = 0; i < 1_000; i++) {
      CompletableFuture<List<Thread>> row = new CompletableFuture<>();
      waiter.arriving.add(
          () -> {
            Thread first = Thread.currentThread();
            pool.execute(() -> row.complete(List.of(first, Thread.currentThread())));
          });
      assertThat(Set.copyOf(row.get(PATIENCE, TimeUnit.SECONDS))).hasSize(1);
    }
    waiter.close();
  }

  @Test
  void whileOneWaitsOthersWork() throws Exception {
    Waiter waiter = new Waiter();
    pool.executeLastly(waiter);
    CyclicBarrier others = new CyclicBarrier(THREADS);
    for (int i = 0; i < THREADS - 1; i++) {
      pool.execute(() -> await(others));
    }
    others.await(PATIENCE, TimeUnit.SECONDS);
    waiter.close();
  }

  @Test
  void oneWhoHasAlwaysSomethingToDoLooksOutsideNevertheless() throws Exception {
    Waiter waiter = new Waiter();
    pool.executeLastly(waiter);
    AtomicBoolean isOver = new AtomicBoolean();
    for (int i = 0; i < THREADS; i++) {
      pool.execute(new Endless(isOver));
    }
    CountDownLatch arrived = new CountDownLatch(100);
    for (int i = 0; i < 100; i++) {
      waiter.arriving.add(arrived::countDown);
    }
    assertThat(arrived.await(PATIENCE, TimeUnit.SECONDS)).isTrue();
    isOver.set(true);
    waiter.close();
  }

  private final class Endless implements Runnable {
    private final AtomicBoolean isOver;

    Endless(AtomicBoolean isOver) {
      this.isOver = isOver;
    }

    @Override
    public void run() {
      if (!isOver.get()) {
        pool.execute(this);
      }
    }
  }

  @Test
  void severalMayWait() throws Exception {
    List<Waiter> waiters = List.of(new Waiter(), new Waiter());
    waiters.forEach(pool::executeLastly);
    CountDownLatch arrived = new CountDownLatch(2);
    waiters.forEach(waiter -> waiter.arriving.add(arrived::countDown));
    assertThat(arrived.await(PATIENCE, TimeUnit.SECONDS)).isTrue();
    waiters.forEach(Waiter::close);
  }

  @Test
  void itsThreadsAreAFactorOfTheProcessorsWithinBounds() {
    String section = "parallelism-min = %d, parallelism-factor = %s, parallelism-max = %d";
    assertThat(threads(section.formatted(4, "1.0", 16), 2)).isEqualTo(4);
    assertThat(threads(section.formatted(4, "1.5", 16), 8)).isEqualTo(12);
    assertThat(threads(section.formatted(4, "1.0", 16), 64)).isEqualTo(16);
    assertThatThrownBy(() -> threads(section.formatted(4, "1.0", 2), 2))
        .hasMessageContaining("parallelism-max");
  }

  private static int threads(String config, int processors) {
    return NearExecutor.threads(ConfigFactory.parseString(config), processors);
  }

  static boolean await(CountDownLatch latch) {
    try {
      return latch.await(PATIENCE, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      return false;
    }
  }

  private static void await(CyclicBarrier barrier) {
    try {
      barrier.await(PATIENCE, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
