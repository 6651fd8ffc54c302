package org.streamingcommands.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.streamingcommands.command.ClientKey;
import org.streamingcommands.connection.ConnectedClient;

@Timeout(60)
class ServiceCallbacksTest {
  private final ExecutorService threads = Executors.newFixedThreadPool(4);
  private final BlockingQueue<String> told = new LinkedBlockingQueue<>();
  private final ServiceCallbacks callbacks =
      new ServiceCallbacks(
          "bots",
          new ServiceCallbacks.Handlers(
              client -> told.add("connected " + client.sessionId()),
              (clientId, why) -> told.add("disconnected " + why),
              (clientId, event) -> told.add("event"),
              (clientId, e) -> {
                told.add("error " + e.getMessage());
                throw new IllegalStateException("again");
              }),
          threads);

  @AfterEach
  void stopThreads() {
    threads.shutdownNow();
  }

  private static ConnectedClient client(String sessionId) {
    return new ConnectedClient(
        ClientKey.of("bots", "a"),
        sessionId,
        1,
        Map.of(),
        "",
        Instant.EPOCH,
        Instant.EPOCH,
        0,
        0,
        "node");
  }

  private void disconnected(String sessionId) {
    callbacks.disconnected(ClientKey.of("bots", "a"), sessionId, sessionId + " ended");
  }

  private void assertTold(String... lines) throws InterruptedException {
    for (String line : lines) {
      assertThat(told.poll(SingleNode.SECONDS, TimeUnit.SECONDS)).isEqualTo(line);
    }
  }

  @Test
  void anOldSessionsLateEndDoesNotDisconnectTheNewOne() throws Exception {
    callbacks.connected(client("s1"));
    callbacks.connected(client("s2"));
    disconnected("s1");
    assertTold("connected s1", "disconnected a newer connection came", "connected s2");
    assertThat(callbacks.find("a")).isEqualTo(client("s2"));
    disconnected("s2");
    assertTold("disconnected s2 ended");
    assertThat(callbacks.find("a")).isNull();
    assertThat(callbacks.connections()).isEmpty();
  }

  @Test
  void anErrorCallbackThatThrowsStopsNothing() throws Exception {
    callbacks.connected(client("s1"));
    callbacks.message(
        "a",
        () -> {
          throw new IllegalStateException("boo");
        },
        () -> {});
    callbacks.message("a", () -> told.add("next"), () -> {});
    assertTold("connected s1", "error boo", "next");
  }

  @Test
  void theStreamReadsOnOnlyWhileThereIsRoom() throws Exception {
    CountDownLatch open = new CountDownLatch(1);
    BlockingQueue<Integer> taken = new ArrayBlockingQueue<>(100);
    callbacks.connected(client("s1"));
    callbacks.message("a", () -> await(open), () -> taken.add(0));
    for (int i = 1; i < ServiceCallbacks.MESSAGES; i++) {
      int number = i;
      callbacks.message("a", () -> {}, () -> taken.add(number));
    }
    // All but the last find room for another; that one waits until the first is done.
    assertThat(taken).hasSize(ServiceCallbacks.MESSAGES - 1);
    taken.clear();
    open.countDown();
    assertThat(taken.poll(SingleNode.SECONDS, TimeUnit.SECONDS))
        .isEqualTo(ServiceCallbacks.MESSAGES - 1);
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(SingleNode.SECONDS, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void aMessageThatCrossesTheEndOfItsConnectionIsDroppedAndReadOn() throws Exception {
    CountDownLatch taken = new CountDownLatch(1);
    callbacks.message("a", () -> told.add("lost"), taken::countDown);
    assertThat(taken.await(SingleNode.SECONDS, TimeUnit.SECONDS)).isTrue();
    callbacks.connected(client("s1"));
    assertTold("connected s1");
  }

  @Test
  void oneClientIsToldOneThingAtATimeWhoeverTells() throws Exception {
    int tellers = 4;
    int each = 2_000;
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger overlaps = new AtomicInteger();
    CountDownLatch all = new CountDownLatch(tellers * each);
    CyclicBarrier begin = new CyclicBarrier(tellers);
    callbacks.connected(client("s1"));
    List<Thread> threadsOfTellers =
        java.util.stream.IntStream.range(0, tellers)
            .mapToObj(
                teller ->
                    new Thread(
                        () -> {
                          try {
                            begin.await();
                          } catch (Exception e) {
                            throw new IllegalStateException(e);
                          }
                          for (int i = 0; i < each; i++) {
                            callbacks.message(
                                "a",
                                () -> {
                                  overlaps.addAndGet(inside.getAndIncrement());
                                  inside.decrementAndGet();
                                  all.countDown();
                                },
                                () -> {});
                          }
                        }))
            .toList();
    threadsOfTellers.forEach(Thread::start);
    assertThat(all.await(SingleNode.SECONDS, TimeUnit.SECONDS)).isTrue();
    assertThat(overlaps).hasValue(0);
  }

  @Test
  void aStoppedExecutorHurtsNobody() {
    ServiceCallbacks late =
        new ServiceCallbacks(
            "bots",
            new ServiceCallbacks.Handlers(
                client -> {}, (id, why) -> {}, (id, event) -> {}, (id, e) -> {}),
            task -> {
              throw new RejectedExecutionException("stopped");
            });
    late.connected(client("s1"));
    assertThat(late.find("a")).isNotNull();
  }
}
