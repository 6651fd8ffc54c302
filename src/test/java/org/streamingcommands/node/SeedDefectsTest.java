package org.streamingcommands.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.streamingcommands.support.TestNode.await;

import com.google.protobuf.StringValue;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.streamingcommands.client.CommandClientSettings;
import org.streamingcommands.client.RemoteConnections;
import org.streamingcommands.client.SendOptions;
import org.streamingcommands.client.StreamingCommandClient;
import org.streamingcommands.command.Certainty;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.command.Reason;
import org.streamingcommands.command.Receipt;
import org.streamingcommands.command.SendResult;
import org.streamingcommands.service.ClientService;
import org.streamingcommands.support.TestNode;
import org.streamingcommands.testkit.FaultyLink;
import org.streamingcommands.testkit.ScriptedClient;

/** One test for each thing that the Python original got wrong. */
class SeedDefectsTest {
  private static StreamingNode node;
  private static ClientService bots;

  @BeforeAll
  static void start() {
    node =
        StreamingNode.start(
            TestNode.config("connection.ping-interval = 100 ms", "connection.ping-timeout = 1 s"));
    bots = ClientService.builder(node.system(), "bots").build();
    node.services().register(bots);
  }

  @AfterAll
  static void stop() {
    RemoteConnections.closeAll();
    node.close();
  }

  /** Defect 1: a disconnected client was never unregistered, so sends to it still answered true. */
  @Test
  void aSendToADeadClientSaysSo() throws Exception {
    try (FaultyLink link = FaultyLink.to(node.edgeAddress())) {
      ScriptedClient client = ScriptedClient.dial(link.address());
      client.hello("bots", "dead").awaitWelcome();
      link.halfOpen();
      // Whoever asks until the node has noticed hears nothing but honest answers, and soon the
      // last.
      Outcome<StringValue> outcome;
      do {
        outcome = await(local("dead").ask(StringValue.of("x"), StringValue.class, quick()));
        assertThat(outcome.isCompleted()).isFalse();
      } while (((Outcome.Undelivered<?>) outcome).reason() != Reason.NOT_CONNECTED);
      assertThat(bots.isConnected("dead")).isFalse();
      client.close();
    }
  }

  /** Defect 2: true meant "put in a queue", never "delivered". */
  @Test
  void queuedSentAndReceivedAreToldApart() {
    try (ScriptedClient client = connect("steps")) {
      CompletableFuture<SendResult> received =
          local("steps").send(StringValue.of("x"), Receipt.RECEIVED);
      String id = client.awaitCommand().getCommandId();
      assertThat(await(local("steps").send(StringValue.of("y"), Receipt.SENT)).receipt())
          .contains(Receipt.SENT);
      assertThat(received).isNotDone();
      client.received(id);
      assertThat(await(received).receipt()).contains(Receipt.RECEIVED);
    }
  }

  /** Defect 3: an ask from another process was never answered. */
  @Test
  void anAskThroughTheApiIsAnswered() {
    try (ScriptedClient client = connect("remote")) {
      CompletableFuture<Outcome<StringValue>> asked =
          remote("remote").ask(StringValue.of("x"), StringValue.class);
      client.complete(client.awaitCommand().getCommandId(), "answer");
      assertThat(await(asked).orElseThrow().getValue()).isEqualTo("answer");
    }
  }

  /** Defect 4: a synchronous execute had no timeout and could hang for ever. */
  @Test
  void nothingHangsWhenTheClientNeverAnswers() {
    try (ScriptedClient client = connect("mute")) {
      for (StreamingCommandClient<StringValue> sender : List.of(local("mute"), remote("mute"))) {
        Outcome<StringValue> outcome =
            await(sender.ask(StringValue.of("x"), StringValue.class, quick()));
        assertThat(outcome)
            .isInstanceOfSatisfying(
                Outcome.Undelivered.class,
                undelivered -> {
                  assertThat(undelivered.reason()).isEqualTo(Reason.TIMED_OUT);
                  assertThat(undelivered.certainty()).isEqualTo(Certainty.SENT_UNCONFIRMED);
                });
      }
      assertThat(client.awaitCommand().getCommandId()).isNotEmpty();
    }
  }

  /** Defect 5: a second connection replaced the first unfenced, and its end removed the second. */
  @Test
  void theOlderOfTwoConnectionsIsClosedAndItsEndTakesNothingAway() {
    ScriptedClient older = connect("twin");
    try (ScriptedClient newer = connect("twin")) {
      older.awaitGoodbye();
      older.awaitEnd();
      older.close();
      CompletableFuture<Outcome<StringValue>> asked =
          local("twin").ask(StringValue.of("x"), StringValue.class);
      newer.complete(newer.awaitCommand().getCommandId(), "from the newer");
      assertThat(await(asked).orElseThrow().getValue()).isEqualTo("from the newer");
      assertThat(bots.isConnected("twin")).isTrue();
    }
  }

  /** Defect 6: re-using a command id in flight cancelled the first caller. */
  @Test
  void aSecondCallerOfAnIdInFlightJoinsTheFirst() {
    try (ScriptedClient client = connect("joined")) {
      SendOptions same = SendOptions.defaults().withCommandId("the-same");
      CompletableFuture<Outcome<StringValue>> first =
          local("joined").ask(StringValue.of("x"), StringValue.class, same);
      CompletableFuture<Outcome<StringValue>> second =
          remote("joined").ask(StringValue.of("x"), StringValue.class, same);
      client.complete(client.awaitCommand().getCommandId(), "once");
      assertThat(await(first).orElseThrow().getValue()).isEqualTo("once");
      assertThat(await(second).orElseThrow().getValue()).isEqualTo("once");
      assertThat(client.unreadCommands()).isZero();
    }
  }

  /** Defect 7: every command from another process opened a new channel. */
  @Test
  void allRemoteCommandsShareOneConnection() {
    try (ScriptedClient client = connect("pooled")) {
      List<CompletableFuture<Outcome<StringValue>>> asked = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        asked.add(remote("pooled").ask(StringValue.of("x" + i), StringValue.class));
      }
      for (int i = 0; i < 50; i++) {
        client.complete(client.awaitCommand().getCommandId(), "ok");
      }
      asked.forEach(ask -> assertThat(await(ask).isCompleted()).isTrue());
      assertThat(RemoteConnections.open()).isOne();
    }
  }

  /** Defect 8: a broadcast was a sequential loop: one slow client held up all after it. */
  @Test
  void aBroadcastWaitsForNobodyBeforeItTellsTheNext() {
    try (ScriptedClient first = connect("cast-1");
        ScriptedClient second = connect("cast-2");
        ScriptedClient third = connect("cast-3")) {
      CompletableFuture<Map<String, Outcome<com.google.protobuf.Any>>> all =
          bots.broadcast(StringValue.of("all"), Set.of());
      // The last one answers first: the others have not answered yet and had their command all the
      // same.
      third.complete(third.awaitCommand().getCommandId(), "3");
      second.complete(second.awaitCommand().getCommandId(), "2");
      assertThat(all).isNotDone();
      first.complete(first.awaitCommand().getCommandId(), "1");
      assertThat(await(all)).containsOnlyKeys("cast-1", "cast-2", "cast-3");
      assertThat(all.join().values()).allMatch(Outcome::isCompleted);
    }
  }

  /** Not a defect of the original but of the platform: a thread per callback on two cores. */
  @Test
  void noThreadIsStartedPerCommand() {
    try (ScriptedClient client = connect("busy")) {
      ask(client, 200);
      long before = ManagementFactory.getThreadMXBean().getTotalStartedThreadCount();
      ask(client, 2_000);
      long started = ManagementFactory.getThreadMXBean().getTotalStartedThreadCount() - before;
      assertThat(started).isLessThan(50);
    }
  }

  private static void ask(ScriptedClient client, int count) {
    for (int i = 0; i < count; i++) {
      StreamingCommandClient<StringValue> sender = i % 2 == 0 ? local("busy") : remote("busy");
      CompletableFuture<String> asked =
          sender
              .ask(StringValue.of("x"), StringValue.class)
              .thenApply(outcome -> outcome.orElseThrow().getValue());
      client.complete(client.awaitCommand().getCommandId(), "ok");
      assertThat(await(asked)).isEqualTo("ok");
    }
  }

  private static ScriptedClient connect(String id) {
    ScriptedClient client = ScriptedClient.dial(node.edgeAddress());
    client.hello("bots", id).awaitWelcome();
    return client;
  }

  private static SendOptions quick() {
    return SendOptions.defaults().withTimeout(Duration.ofMillis(200));
  }

  private static StreamingCommandClient<StringValue> local(String id) {
    return StreamingCommandClient.local(node.system(), "bots", id);
  }

  private static StreamingCommandClient<StringValue> remote(String id) {
    return StreamingCommandClient.remote(
        CommandClientSettings.of("127.0.0.1:" + node.apiAddress().getPort()), "bots", id);
  }
}
