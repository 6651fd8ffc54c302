package org.streamingcommands.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.streamingcommands.client.Sends.await;
import static org.streamingcommands.client.Sends.awaitUndelivered;
import static org.streamingcommands.client.Sends.say;

import com.google.protobuf.StringValue;
import io.grpc.TlsServerCredentials;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.streamingcommands.command.Certainty;
import org.streamingcommands.command.Outcome;
import org.streamingcommands.command.Reason;
import org.streamingcommands.credentials.Tls;
import org.streamingcommands.support.TestAuthority;

/** A name that stands for several addresses is each of them. */
@Timeout(90)
class RemoteNamesTest {
  private static final String NAME = "nodes.test";
  private static final Duration OFTEN = Duration.ofMillis(20);
  private static final SendOptions PATIENT =
      SendOptions.defaults().withTimeout(Duration.ofSeconds(60));
  private static final BiConsumer<Integer, ScriptedNode.Heard> ECHO =
      (node, heard) -> heard.complete(heard.payload(StringValue.class));
  private static final BiConsumer<Integer, ScriptedNode.Heard> NAME_ITSELF =
      (node, heard) -> heard.complete(say("" + node));

  @Test
  void itsAddressesShareTheClientsAndEachClientStaysAtOne() throws Exception {
    try (ScriptedName name = ScriptedName.of(NAME, 3, NAME_ITSELF)) {
      ApiLinks links = name.links(name.settings());
      awaitUseOf(links, name, "0", "1", "2");
      Map<String, Integer> shares = new HashMap<>();
      for (int i = 0; i < 300; i++) {
        String first = ask(links, name, "bot-" + i);
        assertThat(ask(links, name, "bot-" + i)).isEqualTo(first);
        shares.merge(first, 1, Integer::sum);
      }
      assertThat(shares.keySet()).containsExactlyInAnyOrder("0", "1", "2");
      assertThat(shares.values()).allMatch(share -> share > 60 && share < 140);
      assertThat(name.node(0).streams() + name.node(1).streams() + name.node(2).streams())
          .isEqualTo(3);
    }
  }

  @Test
  void aNodeOfItThatStopsIsMendedByAnother() throws Exception {
    AtomicInteger stopping = new AtomicInteger(-1);
    try (ScriptedName name =
        ScriptedName.of(
            NAME,
            2,
            (node, heard) -> {
              if (node == stopping.get()) {
                heard.undelivered(Reason.SHUTTING_DOWN, Certainty.NOT_SENT);
              } else {
                NAME_ITSELF.accept(node, heard);
              }
            })) {
      ApiLinks links = name.links(name.settings());
      awaitUseOf(links, name, "0", "1");
      stopping.set(0);
      for (int i = 0; i < 20; i++) {
        assertThat(ask(links, name, "bot-" + i)).isEqualTo("1");
      }
    }
  }

  @Test
  void anAddressThatVanishesAnswersWhatItHasAndGetsNothingNew() throws Exception {
    CompletableFuture<ScriptedNode.Heard> held = new CompletableFuture<>();
    CompletableFuture<Void> hungUp = new CompletableFuture<>();
    try (ScriptedName name =
        ScriptedName.of(
            NAME,
            3,
            (node, heard) -> {
              if (heard.payload(StringValue.class).equals(say("slow"))) {
                held.complete(heard);
              } else {
                NAME_ITSELF.accept(node, heard);
              }
            })) {
      CommandClientSettings settings = name.settings().withResolveInterval(OFTEN);
      ApiLinks links = name.links(settings);
      name.node(2).onStreamCompleted(() -> hungUp.complete(null));
      awaitUseOf(links, name, "0", "1", "2");
      List<String> there = new ArrayList<>();
      for (int i = 0; there.size() < 2; i++) {
        if (ask(links, name, "bot-" + i).equals("2")) {
          there.add("bot-" + i);
        }
      }
      var slow =
          Sends.client(links, settings, there.get(0)).ask(say("slow"), StringValue.class, PATIENT);
      await(held);
      name.standsFor(0, 1);
      while (ask(links, name, there.get(1)).equals("2")) {
        Thread.onSpinWait();
      }
      assertThat(ask(links, name, there.get(0))).isNotEqualTo("2");
      assertThat(hungUp).isNotDone();
      held.join().complete(say("done"));
      assertThat(await(slow).orElseThrow()).isEqualTo(say("done"));
      await(hungUp);
    }
  }

  @Test
  void anAddressThatIsNewGetsItsShare() throws Exception {
    try (ScriptedName name = ScriptedName.of(NAME, 3, NAME_ITSELF)) {
      name.standsFor(0, 1);
      CommandClientSettings settings = name.settings().withResolveInterval(OFTEN);
      ApiLinks links = name.links(settings);
      awaitUseOf(links, name, "0", "1");
      assertThat(name.node(2).streams()).isZero();
      Map<String, String> before = new HashMap<>();
      for (int i = 0; i < 100; i++) {
        before.put("bot-" + i, ask(links, name, "bot-" + i));
      }
      name.standsFor(2, 1, 0);
      awaitUseOf(links, name, "0", "1", "2");
      int moved = 0;
      for (var one : before.entrySet()) {
        String now = ask(links, name, one.getKey());
        // Only those move whose home the new one is.
        assertThat(now).isIn(one.getValue(), "2");
        moved += now.equals("2") ? 1 : 0;
      }
      assertThat(moved).isBetween(15, 55);
      assertThat(name.node(0).streams()).isEqualTo(1);
    }
  }

  @Test
  void whatWasFoundStaysWhileTheNameIsNotKnown() throws Exception {
    try (ScriptedName name = ScriptedName.of(NAME, 2, NAME_ITSELF)) {
      CommandClientSettings settings = name.settings().withResolveInterval(OFTEN);
      ApiLinks links = name.links(settings);
      awaitUseOf(links, name, "0", "1");
      name.standsForNothing();
      long lookedUp = name.lookUps();
      while (name.lookUps() < lookedUp + 3) {
        ask(links, name, "bot-1");
      }
      awaitUseOf(links, name, "0", "1");
      assertThat(name.node(0).streams() + name.node(1).streams()).isEqualTo(2);
    }
  }

  @Test
  void aNameThatNobodyKnowsIsSaidToThoseWhoWait() throws Exception {
    try (ScriptedName name = ScriptedName.of("nobody.invalid", 2, ECHO)) {
      name.standsForNothing();
      CommandClientSettings settings = name.settings().withConnectTimeout(Duration.ofMillis(300));
      ApiLinks links = name.links(settings);
      var end =
          awaitUndelivered(
              Sends.client(links, settings, "bot-1").ask(say("go"), StringValue.class, PATIENT));
      assertThat(end.reason()).isEqualTo(Reason.NODE_UNREACHABLE);
      assertThat(end.certainty()).isEqualTo(Certainty.NOT_SENT);
      assertThat(end.message()).contains("nobody.invalid");
    }
  }

  @Test
  void aClientsOrderOutlivesEveryChangeOfTheName() throws Exception {
    int clients = 40;
    Map<String, List<Integer>> arrived = new ConcurrentHashMap<>();
    try (ScriptedName name =
        ScriptedName.of(
            NAME,
            3,
            (node, heard) -> {
              StringValue text = heard.payload(StringValue.class);
              String client = heard.request().getSend().getClientId();
              List<Integer> list = arrived.computeIfAbsent(client, c -> new ArrayList<>());
              synchronized (list) {
                list.add(Integer.parseInt(text.getValue()));
              }
              heard.complete(text);
            })) {
      CommandClientSettings settings = name.settings().withResolveInterval(OFTEN);
      ApiLinks links = name.links(settings);
      Random random = new Random(7);
      int[][] sets = {{0, 1, 2}, {0, 1}, {1, 2}, {0, 2}};
      List<StreamingCommandClient<StringValue>> senders = new ArrayList<>();
      for (int c = 0; c < clients; c++) {
        senders.add(Sends.client(links, settings, "bot-" + c));
      }
      int sends = 0;
      CompletableFuture<Outcome<StringValue>> last = new CompletableFuture<>();
      for (; name.lookUps() < 15; sends++) {
        name.standsFor(sets[random.nextInt(sets.length)]);
        int waitFor = random.nextInt(clients);
        CompletableFuture<Outcome<StringValue>> before = last;
        for (int c = 0; c < clients; c++) {
          var asked = senders.get(c).ask(say("" + sends), StringValue.class, PATIENT);
          last = c == waitFor ? asked : last;
        }
        if (sends > 0) {
          // Some are always under way when the name changes.
          assertThat(await(before).isCompleted()).isTrue();
        }
      }
      for (var sender : senders) {
        assertThat(await(sender.ask(say("" + sends), StringValue.class)).isCompleted()).isTrue();
      }
      assertThat(arrived).hasSize(clients);
      for (List<Integer> order : arrived.values()) {
        assertThat(order).hasSize(sends + 1).isSorted();
      }
    }
  }

  @Test
  void aCertificateHasToBeForTheNameAndNotForTheAddress(@TempDir Path directory) throws Exception {
    TestAuthority authority = new TestAuthority(directory, "nodes");
    TestAuthority.Identity server = authority.server("server");
    var transport = TlsServerCredentials.create(server.chain().toFile(), server.key().toFile());
    Tls trust = Tls.trusting(authority.file());
    // It is for localhost and 127.0.0.1, and these are other addresses.
    try (ScriptedName name = ScriptedName.of("localhost", 2, transport, NAME_ITSELF)) {
      ApiLinks links = name.links(name.settings().withTls(trust));
      awaitUseOf(links, name, "0", "1");
    }
    try (ScriptedName name = ScriptedName.of(NAME, 2, transport, NAME_ITSELF)) {
      CommandClientSettings settings =
          name.settings().withTls(trust).withConnectTimeout(Duration.ofMillis(500));
      ApiLinks links = name.links(settings);
      var end =
          awaitUndelivered(
              Sends.client(links, settings, "bot-1").ask(say("go"), StringValue.class, PATIENT));
      assertThat(end.reason()).isEqualTo(Reason.NODE_UNREACHABLE);
      assertThat(end.certainty()).isEqualTo(Certainty.NOT_SENT);
      assertThat(name.node(0).streams() + name.node(1).streams()).isZero();
    }
  }

  private static String ask(ApiLinks links, ScriptedName name, String client) throws Exception {
    return await(
            Sends.client(links, name.settings(), client)
                .ask(say("who"), StringValue.class, PATIENT))
        .orElseThrow()
        .getValue();
  }

  /** Sends for one client after the other until each of these has answered. */
  private static void awaitUseOf(ApiLinks links, ScriptedName name, String... nodes)
      throws Exception {
    List<String> missing = new ArrayList<>(Arrays.asList(nodes));
    for (int i = 0; !missing.isEmpty(); i++) {
      missing.remove(ask(links, name, "probe-" + i));
    }
  }
}
