package org.streamingcommands.connection;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.StringValue;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.streamingcommands.command.ClientKey;
import org.streamingcommands.command.CommandListener;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.support.TestNode;

/** Clients that come back just when their entity is about to stop. */
class ComingAndGoingTest {
  private static final int CLIENTS = 100;
  private static final int TIMES = 80;

  /** About as long as an entity stays. */
  private static final long PAUSE_MICROS = 10_000;

  private final ScheduledExecutorService scheduler = Executors.newScheduledThreadPool(2);
  private final Queue<Outcome<Any>> unexpected = new ConcurrentLinkedQueue<>();
  private final AtomicInteger completed = new AtomicInteger();

  @Test
  void anEntityThatStopsLosesNoConnection() {
    try (TestNode node =
        TestNode.start("engine.idle-stop = 10 ms", "connection.dedup-window = 0 s")) {
      CompletableFuture<?>[] all = new CompletableFuture<?>[CLIENTS];
      for (int i = 0; i < CLIENTS; i++) {
        Client client = new Client(node, "c" + i);
        all[i] = client.done;
        scheduler.execute(client::come);
      }
      TestNode.await(CompletableFuture.allOf(all));
      assertThat(unexpected).isEmpty();
      assertThat(completed).hasValue(CLIENTS * TIMES);
    } finally {
      scheduler.shutdownNow();
    }
  }

  /** Comes, is sent one command as soon as it is welcome, answers it, goes, and comes again. */
  private final class Client implements ClientStream {
    final CompletableFuture<Void> done = new CompletableFuture<>();
    private final TestNode node;
    private final String id;
    private volatile ClientSession session;
    private int times;

    Client(TestNode node, String id) {
      this.node = node;
      this.id = id;
    }

    void come() {
      session = node.connections().open(this);
      session.hello(Hello.of(ClientKey.of(TestNode.SERVICE, id)));
    }

    @Override
    public void welcome(Welcome welcome) {
      scheduler.execute(this::send);
    }

    private void send() {
      CommandListener listener = this::ended;
      node.connections()
          .send(
              ClientKey.of(TestNode.SERVICE, id),
              TestNode.command(id + "-" + times, "x", Duration.ofSeconds(10)),
              false,
              listener);
    }

    @Override
    public int deliver(Delivery delivery) {
      String command = delivery.command().id();
      Any answer = Any.pack(StringValue.of("ok"));
      scheduler.execute(() -> session.result(command, new Outcome.Completed<>(answer)));
      return 1;
    }

    private void ended(Outcome<Any> outcome) {
      if (outcome.isCompleted()) {
        completed.incrementAndGet();
      } else {
        unexpected.add(outcome);
      }
      scheduler.execute(this::go);
    }

    private void go() {
      session.closed(false, "gone for a while");
      if (++times == TIMES) {
        done.complete(null);
        return;
      }
      // Another pause each time, so that some come back at just the wrong moment.
      long pause = PAUSE_MICROS + times * 313L % 25_000;
      scheduler.schedule(this::come, pause, TimeUnit.MICROSECONDS);
    }

    @Override
    public void cancel(String commandId) {}

    @Override
    public void ping(long nonce, long resultsConfirmed) {}

    @Override
    public void goodbye(Goodbye goodbye) {}

    @Override
    public void reject(Rejection rejection) {}
  }
}
