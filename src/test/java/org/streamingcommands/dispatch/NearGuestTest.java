package org.streamingcommands.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An event loop beside a pool. */
@Timeout(60)
class NearGuestTest {
  private static final long PATIENCE = NearPoolTest.PATIENCE;

  private final NearPool pool = new NearPool(2, NearPoolTest::daemon);
  private final ExecutorService loop = Executors.newSingleThreadExecutor(NearPoolTest::daemon);

  @AfterEach
  void end() {
    pool.leave();
    loop.shutdownNow();
  }

  /** Runs it on the loop, which is a guest from then on. */
  private void onLoop(Executor itself, Runnable task) {
    loop.execute(
        () -> {
          NearGuest.settle(itself);
          task.run();
        });
  }

  @Test
  void whatItGivesItDoesAfterwardsItself() throws Exception {
    CompletableFuture<List<Thread>> threads = new CompletableFuture<>();
    CompletableFuture<Boolean> wasLater = new CompletableFuture<>();
    onLoop(
        loop,
        () -> {
          Thread here = Thread.currentThread();
          pool.execute(
              () -> {
                Thread first = Thread.currentThread();
                pool.execute(() -> threads.complete(List.of(here, first, Thread.currentThread())));
              });
          wasLater.complete(!threads.isDone());
        });
    assertThat(Set.copyOf(threads.get(PATIENCE, TimeUnit.SECONDS))).hasSize(1);
    assertThat(wasLater.get(PATIENCE, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void whatIsMoreThanAFewGoesToThePool() throws Exception {
    Set<Thread> threads = ConcurrentHashMap.newKeySet();
    CountDownLatch two = new CountDownLatch(2);
    CountDownLatch all = new CountDownLatch(50);
    onLoop(
        loop,
        () -> {
          for (int i = 0; i < 50; i++) {
            pool.execute(
                () -> {
                  // Whoever comes first waits for another thread to come.
                  if (threads.add(Thread.currentThread())) {
                    two.countDown();
                    NearPoolTest.await(two);
                  }
                  all.countDown();
                });
          }
        });
    assertThat(all.await(PATIENCE, TimeUnit.SECONDS)).isTrue();
    assertThat(threads).hasSizeGreaterThan(1);
  }

  @Test
  void aRowOfTasksThatDoesNotEndGoesToThePool() throws Exception {
    CountDownLatch left = new CountDownLatch(1);
    onLoop(
        loop,
        () -> {
          Thread here = Thread.currentThread();
          pool.execute(
              new Runnable() {
                @Override
                public void run() {
                  if (Thread.currentThread() == here) {
                    pool.execute(this);
                  } else {
                    left.countDown();
                  }
                }
              });
        });
    assertThat(left.await(PATIENCE, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void aTaskThatThrowsCostsThoseAfterItNothing() throws Exception {
    CountDownLatch next = new CountDownLatch(1);
    onLoop(
        loop,
        () -> {
          pool.execute(
              () -> {
                throw new IllegalStateException("a task's own");
              });
          pool.execute(next::countDown);
        });
    assertThat(next.await(PATIENCE, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void whatALoopGivesThatComesToItsEndIsDoneByThePool() throws Exception {
    CompletableFuture<Thread> where = new CompletableFuture<>();
    CompletableFuture<Thread> loopThread = new CompletableFuture<>();
    onLoop(
        task -> {
          throw new RejectedExecutionException("it has ended");
        },
        () -> {
          loopThread.complete(Thread.currentThread());
          pool.execute(() -> where.complete(Thread.currentThread()));
        });
    assertThat(where.get(PATIENCE, TimeUnit.SECONDS))
        .isNotSameAs(loopThread.get(PATIENCE, TimeUnit.SECONDS));
  }
}
