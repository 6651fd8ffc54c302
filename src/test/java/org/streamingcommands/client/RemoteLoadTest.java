package org.streamingcommands.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.streamingcommands.client.Sends.await;
import static org.streamingcommands.client.Sends.say;

import com.google.protobuf.StringValue;
import io.grpc.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.command.Receipt;

/** Many senders on one stream. */
class RemoteLoadTest {
  private static final int SENDERS = 4;
  private static final int SENDS = 500;

  @AfterEach
  void disconnect() {
    RemoteConnections.closeAll();
  }

  @Test
  void everySendHearsItsStepsInOrderAndOnceWhileStreamsBreak() throws Exception {
    Random random = new Random(42);
    AtomicInteger breaks = new AtomicInteger(20);
    try (ScriptedNode node =
        ScriptedNode.running(
            request -> {
              request.receipt(Receipt.QUEUED);
              boolean breakIt;
              synchronized (random) {
                breakIt = random.nextInt(50) == 0 && breaks.getAndDecrement() > 0;
              }
              if (breakIt) {
                request.endStream(Status.UNAVAILABLE);
                return;
              }
              request.receipt(Receipt.RECEIVED);
              request.progress(10);
              request.complete(request.payload(StringValue.class));
            })) {
      Map<String, List<CommandStep<StringValue>>> told = new ConcurrentHashMap<>();
      List<Thread> senders = new ArrayList<>();
      for (int s = 0; s < SENDERS; s++) {
        int sender = s;
        senders.add(
            new Thread(
                () -> {
                  var client = Sends.client(node.settings());
                  for (int i = 0; i < SENDS; i++) {
                    String text = sender + "-" + i;
                    List<CommandStep<StringValue>> steps = new ArrayList<>();
                    told.put(text, steps);
                    // Not thread-safe by intent: the contract says one call at a time.
                    client
                        .execute(
                            say(text),
                            StringValue.class,
                            SendOptions.defaults().withTimeout(Duration.ofSeconds(60)),
                            steps::add)
                        .join();
                  }
                }));
      }
      senders.forEach(Thread::start);
      for (Thread sender : senders) {
        sender.join(TimeUnit.SECONDS.toMillis(120));
        assertThat(sender.isAlive()).isFalse();
      }
      assertThat(told).hasSize(SENDERS * SENDS);
      told.forEach(
          (text, steps) -> {
            assertThat(steps)
                .first()
                .isEqualTo(new CommandStep.Reached<StringValue>(Receipt.QUEUED));
            assertThat(steps).doesNotHaveDuplicates();
            assertThat(steps)
                .last()
                .isEqualTo(new CommandStep.Ended<>(new Outcome.Completed<>(say(text))));
            assertThat(steps.stream().filter(s -> s instanceof CommandStep.Ended<?>)).hasSize(1);
          });
      assertThat(node.streams()).isGreaterThan(1);
    }
  }

  @Test
  void aThousandAsksInFlightStartNoThreadOfTheirOwn() throws Exception {
    try (ScriptedNode node = ScriptedNode.start()) {
      var client = Sends.client(node.settings());
      var options = SendOptions.defaults().withTimeout(Duration.ofSeconds(60));
      var first = client.ask(say("warm"), StringValue.class, options);
      node.next().complete(say("up"));
      await(first);
      int before = Thread.getAllStackTraces().size();

      List<CompletableFuture<Outcome<StringValue>>> asked = new ArrayList<>();
      for (int i = 0; i < 1000; i++) {
        asked.add(client.ask(say("" + i), StringValue.class, options));
      }
      List<ScriptedNode.Heard> heard = new ArrayList<>();
      for (int i = 0; i < 1000; i++) {
        heard.add(node.next());
      }
      // The shared event loops may still be adding their few; a thread per command would be 1000.
      assertThat(Thread.getAllStackTraces().size()).isLessThan(before + 10);
      for (int i = 999; i >= 0; i--) {
        heard.get(i).complete(heard.get(i).payload(StringValue.class));
      }
      for (int i = 0; i < 1000; i++) {
        assertThat(await(asked.get(i)).orElseThrow()).isEqualTo(say("" + i));
      }
      assertThat(node.streams()).isEqualTo(1);
    }
  }

  @Test
  void onlyDaemonThreadsServeAClientWithoutAnActorSystem() throws Exception {
    try (ScriptedNode node = ScriptedNode.running(request -> request.complete(say("done")))) {
      await(Sends.client(node.settings()).ask(say("go"), StringValue.class));
      assertThat(Thread.getAllStackTraces().keySet())
          .filteredOn(
              thread ->
                  thread.getName().startsWith("streaming-commands")
                      || thread.getName().startsWith("grpc"))
          .isNotEmpty()
          .allMatch(Thread::isDaemon);
    }
  }

  @Test
  void anIdleConnectionClosesByItself() throws Exception {
    CompletableFuture<Void> closed = new CompletableFuture<>();
    try (ScriptedNode node = ScriptedNode.running(request -> request.complete(say("done")))) {
      var settings = node.settings().withIdleTimeout(Duration.ofMillis(200));
      node.onStreamCompleted(() -> closed.complete(null));
      await(Sends.client(settings).ask(say("go"), StringValue.class));
      await(closed);
      assertThat(RemoteConnections.open()).isZero();
      await(Sends.client(settings).ask(say("again"), StringValue.class));
      assertThat(node.streams()).isEqualTo(2);
    }
  }
}
