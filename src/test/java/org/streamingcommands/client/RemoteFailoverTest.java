package org.streamingcommands.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.streamingcommands.client.Sends.await;
import static org.streamingcommands.client.Sends.awaitUndelivered;
import static org.streamingcommands.client.Sends.say;

import com.google.protobuf.StringValue;
import io.grpc.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.streamingcommands.command.Certainty;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.command.Reason;

/** What a sender with several addresses hears when one of the nodes lets it down. */
@Timeout(90)
class RemoteFailoverTest {
  private static final SendOptions PATIENT =
      SendOptions.defaults().withTimeout(Duration.ofSeconds(60));

  private final List<ScriptedNode> nodes = new ArrayList<>();

  /** What a node does with a command that asks for nothing else, by the node's number. */
  private final Map<Integer, Consumer<ScriptedNode.Heard>> scripts = new ConcurrentHashMap<>();

  @AfterEach
  void disconnect() {
    RemoteConnections.closeAll();
    nodes.forEach(ScriptedNode::close);
  }

  /** Nodes that answer "who" with their number, and the rest as their script says. */
  private CommandClientSettings nodes(int count) {
    for (int i = 0; i < count; i++) {
      nodes.add(start(i, 0));
    }
    return CommandClientSettings.of(
        String.join(",", nodes.stream().map(node -> "127.0.0.1:" + node.port()).toList()));
  }

  private ScriptedNode start(int number, int port) {
    return ScriptedNode.on(
        port,
        heard -> {
          if (heard.payload(StringValue.class).equals(say("who"))) {
            heard.complete(say("" + number));
          } else {
            scripts.getOrDefault(number, keep -> {}).accept(heard);
          }
        });
  }

  /**
   * Asks for one client after the other until each node has answered; the clients by their node.
   */
  private static Map<String, List<String>> homes(CommandClientSettings settings, int count)
      throws Exception {
    for (Map<String, List<String>> probes = new HashMap<>(); probes.size() < count; ) {
      probes.put(who(settings, "probe-" + System.nanoTime()), List.of());
    }
    Map<String, List<String>> homes = new HashMap<>();
    for (int i = 0; i < 300; i++) {
      homes.computeIfAbsent(who(settings, "bot-" + i), n -> new ArrayList<>()).add("bot-" + i);
    }
    return homes;
  }

  private static String who(CommandClientSettings settings, String client) throws Exception {
    return await(Sends.client(settings, client).ask(say("who"), StringValue.class, PATIENT))
        .orElseThrow()
        .getValue();
  }

  /** What this node hears next that is no question for its number. */
  private ScriptedNode.Heard next(int node) throws InterruptedException {
    ScriptedNode.Heard heard = nodes.get(node).next();
    while (heard.payload(StringValue.class).equals(say("who"))) {
      heard = nodes.get(node).next();
    }
    return heard;
  }

  @Test
  void theNodesShareTheClientsAndEachClientStaysAtOne() throws Exception {
    CommandClientSettings settings = nodes(3);
    Map<String, List<String>> homes = homes(settings, 3);
    assertThat(homes).containsOnlyKeys("0", "1", "2");
    assertThat(homes.values()).allMatch(share -> share.size() > 60 && share.size() < 140);
    for (String client : homes.get("1")) {
      assertThat(who(settings, client)).isEqualTo("1");
    }
    assertThat(nodes).allMatch(node -> node.streams() == 1);
  }

  @Test
  void whatANodeHadWhenItDiedIsAskedOfAnotherUnderTheSameIdsInTheSameOrder() throws Exception {
    CommandClientSettings settings = nodes(2);
    String client = homes(settings, 2).get("0").get(0);
    List<CompletableFuture<Outcome<StringValue>>> asked = new ArrayList<>();
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      asked.add(Sends.client(settings, client).ask(say("" + i), StringValue.class, PATIENT));
      ids.add(next(0).commandId());
    }
    nodes.get(0).close();
    for (String id : ids) {
      ScriptedNode.Heard again = next(1);
      assertThat(again.commandId()).isEqualTo(id);
      again.complete(again.payload(StringValue.class));
    }
    for (int i = 0; i < 20; i++) {
      assertThat(await(asked.get(i)).orElseThrow()).isEqualTo(say("" + i));
    }
  }

  @Test
  void aNodeThatStopsIsLeftForAnotherAndCostsNothing() throws Exception {
    CommandClientSettings settings = nodes(2);
    String client = homes(settings, 2).get("0").get(0);
    scripts.put(0, heard -> heard.undelivered(Reason.SHUTTING_DOWN, Certainty.NOT_SENT));
    scripts.put(1, heard -> heard.complete(heard.payload(StringValue.class)));
    for (int i = 0; i < 10; i++) {
      assertThat(
              await(Sends.client(settings, client).ask(say("" + i), StringValue.class, PATIENT))
                  .orElseThrow())
          .isEqualTo(say("" + i));
    }
    // Once is enough to know.
    assertThat(who(settings, client)).isEqualTo("1");
  }

  @Test
  void whatWasWrittenBeforeAndIsRefusedElsewhereGoesOnToAThird() throws Exception {
    CommandClientSettings settings = nodes(3);
    String client = homes(settings, 3).get("0").get(0);
    AtomicInteger refusals = new AtomicInteger();
    Consumer<ScriptedNode.Heard> refuseOnce =
        heard -> {
          if (refusals.getAndIncrement() == 0) {
            heard.undelivered(Reason.SHUTTING_DOWN, Certainty.NOT_SENT);
          } else {
            heard.undelivered(Reason.NOT_CONNECTED, Certainty.NOT_SENT);
          }
        };
    scripts.put(1, refuseOnce);
    scripts.put(2, refuseOnce);
    var asked = Sends.client(settings, client).ask(say("go"), StringValue.class, PATIENT);
    next(0);
    nodes.get(0).close();
    var end = awaitUndelivered(asked);
    assertThat(end.reason()).isEqualTo(Reason.NOT_CONNECTED);
    // The first may have passed it on.
    assertThat(end.certainty()).isEqualTo(Certainty.SENT_UNCONFIRMED);
    assertThat(refusals).hasValue(2);
  }

  @Test
  void whatWasRefusedAndNeverPassedOnMayBeCalledNotSent() throws Exception {
    CommandClientSettings settings = nodes(2);
    String client = homes(settings, 2).get("0").get(0);
    scripts.put(0, heard -> heard.undelivered(Reason.SHUTTING_DOWN, Certainty.NOT_SENT));
    scripts.put(1, heard -> heard.undelivered(Reason.NOT_CONNECTED, Certainty.NOT_SENT));
    var end =
        awaitUndelivered(Sends.client(settings, client).ask(say("go"), StringValue.class, PATIENT));
    assertThat(end.reason()).isEqualTo(Reason.NOT_CONNECTED);
    assertThat(end.certainty()).isEqualTo(Certainty.NOT_SENT);
  }

  @Test
  void aNodeWithoutAMajorityIsLeftForAnotherAndAskedAgainLater() throws Exception {
    CommandClientSettings settings = nodes(2);
    String client = homes(settings, 2).get("0").get(0);
    scripts.put(0, heard -> heard.undelivered(Reason.NO_MAJORITY, Certainty.NOT_SENT));
    scripts.put(1, heard -> heard.complete(heard.payload(StringValue.class)));
    assertThat(
            await(Sends.client(settings, client).ask(say("go"), StringValue.class, PATIENT))
                .isCompleted())
        .isTrue();
    // It found its majority again, on the same stream.
    while (!who(settings, client).equals("0")) {
      Thread.onSpinWait();
    }
    assertThat(nodes.get(0).streams()).isEqualTo(1);
  }

  @Test
  void thatNoNodeHasAMajorityIsTheAnswer() throws Exception {
    CommandClientSettings settings = nodes(2);
    String client = homes(settings, 2).get("0").get(0);
    scripts.put(0, heard -> heard.undelivered(Reason.NO_MAJORITY, Certainty.NOT_SENT));
    scripts.put(1, heard -> heard.undelivered(Reason.NO_MAJORITY, Certainty.NOT_SENT));
    for (int i = 0; i < 10; i++) {
      var end =
          awaitUndelivered(
              Sends.client(settings, client).ask(say("go"), StringValue.class, PATIENT));
      assertThat(end.reason()).isEqualTo(Reason.NO_MAJORITY);
      assertThat(end.certainty()).isEqualTo(Certainty.NOT_SENT);
    }
  }

  @Test
  void aClientsOrderOutlivesThatItsNodeGoesAndComesBack() throws Exception {
    CommandClientSettings settings = nodes(2);
    List<String> there = homes(settings, 2).get("0");
    var sender = Sends.client(settings, there.get(0));
    List<CompletableFuture<Outcome<StringValue>>> asked = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      asked.add(sender.ask(say("" + i), StringValue.class, PATIENT));
      next(0);
    }
    nodes.get(0).close();
    List<ScriptedNode.Heard> held = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      held.add(next(1));
    }
    nodes.set(0, start(0, nodes.get(0).port()));
    while (!who(settings, there.get(1)).equals("0")) {
      Thread.onSpinWait();
    }
    // Its home is there again, but what it sent before is not done elsewhere.
    for (int i = 3; i < 6; i++) {
      asked.add(sender.ask(say("" + i), StringValue.class, PATIENT));
      held.add(next(1));
    }
    for (int i = 0; i < 6; i++) {
      assertThat(held.get(i).payload(StringValue.class)).isEqualTo(say("" + i));
      held.get(i).complete(say("done"));
      await(asked.get(i));
    }
    // A turn that had begun before the last of them ended still sends the next after it.
    while (!who(settings, there.get(0)).equals("0")) {
      Thread.onSpinWait();
    }
  }

  @Test
  void aDeadNodesShareIsCarriedByTheOthersAndNothingIsLost() throws Exception {
    CommandClientSettings settings = nodes(3);
    homes(settings, 3);
    for (int i = 0; i < 3; i++) {
      scripts.put(i, heard -> heard.complete(heard.payload(StringValue.class)));
    }
    List<CompletableFuture<Outcome<StringValue>>> asked = new ArrayList<>();
    for (int i = 0; i < 3000; i++) {
      if (i == 1500) {
        nodes.get(2).close();
      }
      asked.add(
          Sends.client(settings, "bot-" + i % 300).ask(say("" + i), StringValue.class, PATIENT));
    }
    for (int i = 0; i < 3000; i++) {
      assertThat(await(asked.get(i)).orElseThrow()).isEqualTo(say("" + i));
    }
    List<String> carriers = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      carriers.add(who(settings, "bot-" + i));
    }
    assertThat(carriers).doesNotContain("2");
    assertThat(IntStream.of(0, 1)).allMatch(n -> Collections.frequency(carriers, "" + n) > 25);
  }

  @Test
  void aStreamThatBreaksIsMendedByAnotherBeforeItComesBack() throws Exception {
    CommandClientSettings settings = nodes(2);
    String client = homes(settings, 2).get("1").get(0);
    var asked = Sends.client(settings, client).ask(say("go"), StringValue.class, PATIENT);
    ScriptedNode.Heard first = next(1);
    first.endStream(Status.UNAVAILABLE);
    ScriptedNode.Heard again = takeFromAny();
    assertThat(again.commandId()).isEqualTo(first.commandId());
    again.complete(say("done"));
    assertThat(await(asked).orElseThrow()).isEqualTo(say("done"));
  }

  private ScriptedNode.Heard takeFromAny() throws InterruptedException {
    while (true) {
      for (int i = 0; i < nodes.size(); i++) {
        if (!nodes.get(i).isQuiet()) {
          ScriptedNode.Heard heard = nodes.get(i).next();
          if (!heard.payload(StringValue.class).equals(say("who"))) {
            return heard;
          }
        }
      }
      Thread.onSpinWait();
    }
  }
}
